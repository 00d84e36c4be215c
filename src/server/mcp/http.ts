/**
 * The same server over streamable HTTP. Clients of the stateless revision are answered per request.
 * Clients that open a session keep it, so that they can be notified of changes.
 *
 * Holds: without a token only loopback hosts and origins have access; bodies and sessions are limited;
 * an unused session ends. Does not hold: encryption (put a proxy before it).
 */
import {
  createMcpHandler,
  isLegacyRequest,
  type McpServerFactory,
  PARSE_ERROR,
} from "@modelcontextprotocol/server";
import { ConfigError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { ToolStore } from "../../core/ports.ts";
import { httpApp } from "../http/app.ts";
import { bodyText } from "../http/body.ts";
import { holdersOf, isLoopback, LOOPBACK, loopbackOnly } from "../http/guards.ts";
import { type HttpAddress, type HttpServer, listenWith } from "../http/listen.ts";
import { refusal } from "./refusal.ts";
import { mcpSessions, type SessionLimits } from "./sessions.ts";
import { watchTools } from "./watch.ts";

const PATH = "/mcp";
const MOST_BODY_BYTES = 4 * 1_024 * 1_024;

export interface McpHttpOptions extends HttpAddress {
  /** Required if the host is not loopback; clients send it as `Authorization: Bearer`. */
  readonly token?: string;
  readonly sessions?: SessionLimits;
  readonly onError: (error: Error) => void;
}

/** @throws ConfigError TOKEN_NEEDED, PORT_NOT_USABLE */
export async function serveMcpOverHttp(
  store: Pick<ToolStore, "list">,
  factory: McpServerFactory,
  { port, host = LOOPBACK, token, sessions: limits = {}, onError }: McpHttpOptions,
): Promise<HttpServer> {
  const loopback = isLoopback(host);
  if (!loopback && token === undefined) {
    throw new ConfigError(
      "TOKEN_NEEDED",
      `Expected a token to serve ${host}, which others can reach, got none: set TOOLWRIGHT_MCP_TOKEN, or remove --host.`,
    );
  }
  const modern = createMcpHandler(factory, { legacy: "reject", onerror: onError });
  const sessions = mcpSessions(factory, limits, onError);

  const app = httpApp(onError);
  if (loopback) app.use(loopbackOnly());
  if (token !== undefined) app.use(holdersOf(token));
  app.post(PATH, async (context) => {
    const body = jsonIn(await bodyText(context, MOST_BODY_BYTES));
    if (body === undefined) return refusal(400, "The body is not JSON.", PARSE_ERROR);
    return (await isLegacyRequest(context.req.raw, body))
      ? sessions.answer(context, body)
      : modern.fetch(context.req.raw, { parsedBody: body });
  });
  app.all(PATH, (context) => sessions.answer(context, undefined));

  const http = await listenWith(app, { port, host }, onError).catch(async (error: unknown) => {
    await sessions.close();
    throw error;
  });
  const stopWatching = watchTools(store, () => {
    modern.notify.toolsChanged();
    sessions.toolsChanged();
  });
  return {
    url: `${http.url}${PATH}`,
    async close() {
      stopWatching();
      await sessions.close();
      await modern.close();
      await http.close();
    },
  };
}

function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
