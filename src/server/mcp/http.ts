/**
 * The same server over streamable HTTP. Clients of the stateless revision are answered request by
 * request; those that open a session keep it, so that they can be told of changes.
 *
 * Holds: only loopback hosts and origins may reach it unless a token guards it; bodies and sessions
 * are limited; a session that nobody uses ends. Does not hold: encryption (put a proxy before it).
 */
import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  localhostHostValidation,
  localhostOriginValidation,
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
} from "@modelcontextprotocol/node";
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  type McpServerFactory,
  PARSE_ERROR,
} from "@modelcontextprotocol/server";
import { ConfigError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { ToolStore } from "../../core/ports.ts";
import { watchTools } from "./watch.ts";

export const MCP_PATH = "/mcp";
const MOST_SESSIONS = 256;
const IDLE_MS = 30 * 60_000;
const MOST_BODY_BYTES = 4 * 1_024 * 1_024;
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

export interface McpHttpOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly host?: string;
  /** Required beyond loopback; clients send it as `Authorization: Bearer`. */
  readonly token?: string;
  readonly onError: (error: Error) => void;
}

export interface McpHttpServer {
  readonly url: string;
  close(): Promise<void>;
}

interface Session {
  readonly transport: NodeStreamableHTTPServerTransport;
  readonly server: Awaited<ReturnType<McpServerFactory>>;
  usedAt: number;
}

/** @throws ConfigError TOKEN_NEEDED, PORT_NOT_USABLE */
export async function serveMcpOverHttp(
  store: Pick<ToolStore, "list">,
  factory: McpServerFactory,
  { port, host = "127.0.0.1", token, onError }: McpHttpOptions,
): Promise<McpHttpServer> {
  const loopback = LOOPBACK.includes(host);
  if (!loopback && token === undefined) {
    throw new ConfigError(
      "TOKEN_NEEDED",
      `Expected a token to serve ${host}, which others can reach, got none: set TOOLWRIGHT_MCP_TOKEN, or leave --host out.`,
    );
  }
  const modern = createMcpHandler(factory, { legacy: "reject", onerror: onError });
  const serveModern = toNodeHandler(modern, { onerror: onError });
  const sessions = new Map<string, Session>();
  const guards = loopback ? [localhostHostValidation(), localhostOriginValidation()] : [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (new URL(request.url ?? "/", "http://localhost").pathname !== MCP_PATH) {
      return refuse(response, 404, `Expected the path ${MCP_PATH}.`);
    }
    for (const guard of guards) if (!guard(request, response)) return;
    if (token !== undefined && !carries(request, token)) {
      response.setHeader("WWW-Authenticate", "Bearer");
      return refuse(response, 401, "Expected the header Authorization: Bearer with the token.");
    }
    if (request.method !== "POST") return inSession(request, response, undefined);
    const text = await bodyOf(request);
    if (text === undefined) return refuse(response, 413, "The body is larger than 4 MiB.");
    const body = parsed(text);
    if (body === undefined) return refuse(response, 400, "The body is no JSON.", PARSE_ERROR);
    // The package's view of a request leaves out that Node gives undefined for what is absent.
    const like = request as NodeIncomingMessageLike;
    if (await isLegacyRequest(await toWebRequest(like, body))) {
      return inSession(request, response, body);
    }
    return serveModern(like, response, body);
  }

  async function inSession(
    request: IncomingMessage,
    response: ServerResponse,
    body: Json | undefined,
  ): Promise<void> {
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    if (known !== undefined) {
      known.usedAt = performance.now();
      return known.transport.handleRequest(request, response, body);
    }
    if (id !== undefined) return refuse(response, 404, "No such session: initialize a new one.");
    if (!isInitializeRequest(body)) {
      return refuse(response, 400, "Expected an initialize request, or the header Mcp-Session-Id.");
    }
    if (sessions.size >= MOST_SESSIONS) {
      return refuse(response, 503, `${MOST_SESSIONS} sessions are open: close one first.`);
    }
    const server = await factory({ era: "legacy" });
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (made) => {
        sessions.set(made, { transport, server, usedAt: performance.now() });
      },
    });
    transport.onclose = () => {
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId);
    };
    await server.connect(transport);
    return transport.handleRequest(request, response, body);
  }

  const http = createServer((request, response) => {
    handle(request, response).catch((error: Error) => {
      onError(error);
      if (!response.headersSent) refuse(response, 500, "The server failed; its log says why.");
      else response.end();
    });
  });
  const stopWatching = watchTools(store, () => {
    modern.notify.toolsChanged();
    for (const { server } of sessions.values()) void changed(server);
  });
  const sweep = setInterval(() => {
    for (const { transport, usedAt } of sessions.values()) {
      if (performance.now() - usedAt > IDLE_MS) transport.close().catch(onError);
    }
  }, IDLE_MS / 10);
  sweep.unref();
  await listen(http, port, host);

  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${(http.address() as AddressInfo).port}${MCP_PATH}`,
    async close() {
      stopWatching();
      clearInterval(sweep);
      for (const { transport } of [...sessions.values()]) await transport.close();
      await modern.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function changed(server: Session["server"]): Promise<void> {
  try {
    await server.sendToolListChanged();
  } catch {
    // A client without an open stream asks for the list when it wants it.
  }
}

function carries({ headers }: IncomingMessage, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ""), digest(`Bearer ${token}`));
}

/** @returns undefined where it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, message: string, code = -32_000): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", error: { code, message }, id: null }));
}

function listen(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", (error) =>
      reject(
        new ConfigError(
          "PORT_NOT_USABLE",
          `Can not listen on ${host}:${port} (${error.message}): choose another port, or 0 for any.`,
          { cause: error },
        ),
      ),
    );
    http.listen(port, host, resolve);
  });
}
