/**
 * Where outside systems complete what a request waits for: `POST /callbacks/TOKEN` with
 * `{ "result": ... }`. Answers are problem documents (RFC 9457) when something is wrong.
 *
 * Holds: a token is signed and stands for one wait; bodies are limited. Does not hold: encryption
 * (put a proxy before it), and secrecy of a token once it was handed on.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError, EngineError, InputError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Requests } from "../../request/requests.ts";

const PATH = "/callbacks/";
const MOST_BODY_BYTES = 1_048_576;

export interface CallbackServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @param port 0: any free one. @throws ConfigError PORT_NOT_USABLE */
export async function serveCallbacks(
  requests: Pick<Requests, "callback">,
  { port, host = "127.0.0.1" }: { readonly port: number; readonly host?: string },
  onCallback: (requestId: string, outcome: string) => void,
): Promise<CallbackServer> {
  const server = createServer((request, response) => {
    answer(requests, request, onCallback).then(
      ({ status, body }) => send(response, status, body, "application/json"),
      (error: unknown) => sendProblem(response, error),
    );
  });
  await listen(server, port, host);
  const { port: actual } = server.address() as AddressInfo;
  const shown = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${shown}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  requests: Pick<Requests, "callback">,
  request: IncomingMessage,
  onCallback: (requestId: string, outcome: string) => void,
): Promise<{ readonly status: number; readonly body: Json }> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (!pathname.startsWith(PATH)) {
    throw new InputError("NOT_FOUND", `Expected the path ${PATH}TOKEN, got ${pathname}.`);
  }
  if (request.method !== "POST") {
    throw new InputError("METHOD_NOT_ALLOWED", `Expected POST, got ${request.method}.`);
  }
  const result = resultIn(await bodyOf(request));
  const { requestId, outcome } = await requests.callback(pathname.slice(PATH.length), result);
  onCallback(requestId, outcome);
  return { status: outcome === "accepted" ? 202 : 200, body: { requestId, outcome } };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) {
      throw new InputError(
        "BODY_TOO_LARGE",
        `Expected a body of at most ${MOST_BODY_BYTES} bytes. Send a reference to the result instead.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function resultIn(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object" && Object.hasOwn(value, "result")) {
      return (value as { readonly result: Json }).result;
    }
  } catch {
    // Told below, like any other body without a result.
  }
  throw new InputError(
    "BAD_BODY",
    'Expected a JSON document { "result": ... } as the body, got something else.',
  );
}

const STATUS: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  RUN_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
  FORGED_TOKEN: 403,
  CALLBACK_CLOSED: 410,
};

function sendProblem(response: ServerResponse, error: unknown): void {
  const known = error instanceof EngineError;
  const ours = known ? (error.kind === "caller" ? 400 : 503) : 500;
  const status = known ? (STATUS[error.code] ?? ours) : ours;
  const problem: Json = {
    type: "about:blank",
    title: known ? error.code : "UNEXPECTED",
    status,
    detail: error instanceof Error ? error.message : String(error),
  };
  send(response, status, problem, "application/problem+json");
}

function send(response: ServerResponse, status: number, body: Json, type: string): void {
  const close = status === 413 ? { connection: "close" } : {};
  response.writeHead(status, { "content-type": type, ...close });
  response.end(JSON.stringify(body));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new ConfigError(
          "PORT_NOT_USABLE",
          `Can not listen on ${host}:${port} (${error.message}): choose another port, or 0 for any.`,
          { cause: error },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
}
