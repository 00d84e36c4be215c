/**
 * Sessions of clients with the older protocol revisions. A session ends when its client ends it, after
 * an idle time, or when there are too many; then the session that was idle the longest ends.
 */
import { randomUUID } from "node:crypto";
import {
  isInitializeRequest,
  type McpServerFactory,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import type { Json } from "../../core/json.ts";
import { present } from "../../core/present.ts";
import type { HttpContext } from "../http/app.ts";
import { refusal } from "./refusal.ts";

export interface SessionLimits {
  /** Default 256. */
  readonly most?: number;
  /** Default 30 minutes. */
  readonly idleMs?: number;
}

export interface Sessions {
  /** @param body undefined for a request without one. */
  answer(context: HttpContext, body: Json | undefined): Promise<Response>;
  /** Notifies every client that the list of tools has changed. */
  toolsChanged(): void;
  close(): Promise<void>;
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly server: Awaited<ReturnType<McpServerFactory>>;
  /** Requests and open streams. */
  underWay: number;
  usedAt: number;
}

export function mcpSessions(
  factory: McpServerFactory,
  { most = 256, idleMs = 30 * 60_000 }: SessionLimits,
  onError: (error: Error) => void,
): Sessions {
  const sessions = new Map<string, Session>();
  const end = ({ transport }: Session): void => void transport.close().catch(onError);

  const makeRoom = (): void => {
    if (sessions.size <= most) return;
    const all = [...sessions.values()];
    const idle = all.filter(({ underWay }) => underWay === 0);
    const [first] = (idle.length > 0 ? idle : all).sort((a, b) => a.usedAt - b.usedAt);
    if (first !== undefined) end(first);
  };
  const sweep = setInterval(() => {
    for (const session of sessions.values()) {
      if (session.underWay === 0 && performance.now() - session.usedAt > idleMs) end(session);
    }
  }, idleMs / 10);
  sweep.unref();

  const opened = async (): Promise<Session> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        sessions.set(id, session);
        makeRoom();
      },
    });
    transport.onclose = () => {
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId);
    };
    const server = await factory({ era: "legacy" });
    const session: Session = { transport, server, underWay: 0, usedAt: performance.now() };
    await server.connect(transport);
    return session;
  };

  const use = (session: Session, { env, req }: HttpContext, body: Json | undefined) => {
    session.underWay++;
    session.usedAt = performance.now();
    env.outgoing.once("close", () => {
      session.underWay--;
      session.usedAt = performance.now();
    });
    return session.transport.handleRequest(req.raw, present({ parsedBody: body }));
  };

  return {
    async answer(context, body) {
      const id = context.req.header("mcp-session-id");
      if (id === undefined) {
        return isInitializeRequest(body)
          ? use(await opened(), context, body)
          : refusal(400, "Expected an initialize request, or the header Mcp-Session-Id.");
      }
      const known = sessions.get(id);
      return known === undefined
        ? refusal(404, "No such session: initialize a new one.")
        : use(known, context, body);
    },
    toolsChanged() {
      for (const session of sessions.values()) void tellChanged(session);
    },
    async close() {
      clearInterval(sweep);
      await Promise.all([...sessions.values()].map(({ transport }) => transport.close()));
    },
  };
}

async function tellChanged({ server }: Session): Promise<void> {
  try {
    await server.sendToolListChanged();
  } catch {
    // A client without an open stream requests the list when it needs it.
  }
}
