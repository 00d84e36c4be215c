/**
 * A scripted model provider on loopback: chat completions (`/v1/chat/completions`), responses
 * (`/v1/responses`) and messages (`/v1/messages`), each as JSON and as server-sent events.
 *
 * The script gives one answer a request, faults of a provider among them; every request is kept.
 * Real clients run against it.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { chat, messages, responses } from "./model-dialects.ts";

interface ServedCall {
  readonly id?: string;
  readonly name: string;
  /** A string goes out as it is, readable or not. */
  readonly arguments: object | string;
}

/** What the server does with one request. A string is a content. */
export type Served =
  | string
  | {
      readonly content?: string;
      readonly toolCalls?: readonly ServedCall[];
      readonly refusal?: string;
      readonly finish?: "stop" | "length";
      readonly usage?: { readonly input: number; readonly output: number };
      readonly model?: string;
      readonly afterMs?: number;
      /** Streams alone: characters of a piece. Default 5. */
      readonly pieceLength?: number;
      /** Streams alone: the connection breaks after that many pieces. */
      readonly cutAfter?: number;
      /** Streams alone: falls silent after that many pieces. */
      readonly hangAfter?: number;
    }
  | {
      readonly status: number;
      readonly error?: {
        readonly message: string;
        readonly code?: string;
        readonly param?: string;
      };
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly raw: string; readonly status?: number; readonly contentType?: string }
  /** "reset": the connection breaks before any reply. */
  | { readonly hang: true | "reset" };

export interface ServedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of two dialects.
  readonly body: any;
}

export interface ModelServer {
  /** `http://127.0.0.1:<port>`; chat completions stand under `/v1`. */
  readonly url: string;
  readonly requests: readonly ServedRequest[];
  /** Requests at work, now and at most. */
  readonly load: { readonly now: number; readonly peak: number };
  close(): Promise<void>;
}

const LARGEST_BODY = 5_000_000;

/** @param port Default: a free one. */
export async function modelServer(
  script: readonly Served[] | ((request: ServedRequest, index: number) => Served | Promise<Served>),
  port = 0,
): Promise<ModelServer> {
  const requests: ServedRequest[] = [];
  const load = { now: 0, peak: 0 };
  const server = createServer((incoming, outgoing) => {
    load.now++;
    load.peak = Math.max(load.peak, load.now);
    outgoing.on("close", () => load.now--);
    void serve(incoming, outgoing).catch(() => outgoing.destroy());
  });

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    let text = "";
    for await (const chunk of incoming) {
      text += String(chunk);
      if (text.length > LARGEST_BODY) return void outgoing.writeHead(413).end();
    }
    const request = {
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: JSON.parse(text || "{}"),
    };
    const index = requests.push(request) - 1;
    const dialect = request.path.endsWith("/messages")
      ? messages
      : request.path.endsWith("/responses")
        ? responses
        : chat;
    const answer =
      typeof script === "function"
        ? await script(request, index)
        : (script[index] ?? { status: 400, error: { message: "the script has no answer left" } });
    const served = typeof answer === "string" ? { content: answer } : answer;
    if ("hang" in served) return served.hang === "reset" ? void outgoing.destroy() : undefined;
    if ("raw" in served) {
      const { raw, status = 200, contentType = "application/json" } = served;
      return void outgoing.writeHead(status, { "content-type": contentType }).end(raw);
    }
    if ("status" in served) {
      for (const [name, value] of Object.entries(served.headers ?? {}))
        outgoing.setHeader(name, value);
      return json(outgoing, served.status, JSON.stringify(dialect.failure(served)));
    }
    if (served.afterMs !== undefined) await new Promise((wake) => setTimeout(wake, served.afterMs));
    if (request.body.stream !== true) {
      return json(outgoing, 200, JSON.stringify(dialect.whole(served, request.body)));
    }
    outgoing.writeHead(200, { "content-type": "text/event-stream" });
    for (const [count, event] of dialect.pieces(served, request.body).entries()) {
      if (served.hangAfter === count) return;
      if (served.cutAfter === count) return void outgoing.destroy();
      outgoing.write(event);
      await new Promise((wake) => setImmediate(wake));
    }
    outgoing.end();
  };

  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    load,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function json(outgoing: ServerResponse, status: number, body: string): void {
  outgoing.writeHead(status, { "content-type": "application/json" }).end(body);
}
