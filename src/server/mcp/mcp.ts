/**
 * The tool store as a Model Context Protocol server over standard input and output. The tools are read
 * from the store at each call: a tool that another process registers is in the next list, and clients
 * are notified when the list changes.
 */
import {
  type McpServerFactory,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { EngineError } from "../../core/errors.ts";
import { doubtfulInteger, JsonObject } from "../../core/json.ts";
import type { ToolStore } from "../../core/ports.ts";
import { elicitationOf } from "./elicit.ts";
import type { OfferedTools } from "./tools.ts";
import { watchTools } from "./watch.ts";

const INSTRUCTIONS =
  "Tested, versioned functions that run in a sandbox. Look for one with search_tools; if none does what " +
  "is needed, create_tool makes one from examples and registers it, and it is listed from then on.";

const HEARTBEAT_MS = 1_000;

/** One server object per connection or request, all with the same store. */
export function mcpServers(offered: OfferedTools, version: string): McpServerFactory {
  return () => {
    const server = new Server(
      { name: "toolwright", version },
      { capabilities: { tools: { listChanged: true } }, instructions: INSTRUCTIONS },
    );
    server.setRequestHandler("tools/list", ({ params }) =>
      answer(() => offered.list(params?.cursor)),
    );
    server.setRequestHandler("tools/call", async ({ params }, context) => {
      const named = JsonObject.safeParse(params.arguments ?? {});
      if (!named.success) throw invalid("Expected arguments as a JSON object.");
      const doubtful = doubtfulInteger(named.data);
      if (doubtful !== undefined) {
        throw invalid(
          `Expected integers up to 2^53, got one near ${doubtful}, which may have been rounded on the way: send it as text.`,
        );
      }
      const progress = progressOf(context);
      try {
        return await answer(() =>
          offered.call(params.name, named.data, {
            signal: context.mcpReq.signal,
            progress: progress.at,
            elicitation: elicitationOf(server, context),
          }),
        );
      } finally {
        progress.end();
      }
    });
    return server;
  };
}

/** Errors that the caller caused become protocol errors. */
async function answer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EngineError && error.kind === "caller") throw invalid(error.message);
    throw error;
  }
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}

/** Progress for a client that asked for it: at once for news, else every second. */
function progressOf({ mcpReq }: ServerContext): {
  readonly at: (done: number, message: string) => void;
  readonly end: () => void;
} {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return { at: () => undefined, end: () => undefined };
  const started = performance.now();
  let sent = -1;
  let text = "";
  let sentAt = Number.NEGATIVE_INFINITY;
  const send = (progress: number): void => {
    sent = progress;
    sentAt = performance.now();
    // A disconnected client is handled elsewhere.
    mcpReq
      .notify({
        method: "notifications/progress",
        params: { progressToken, progress, ...(text === "" ? {} : { message: text }) },
      })
      .catch(() => undefined);
  };
  const beat = setInterval(() => {
    text = `${text.split(" (")[0]} (${Math.round((performance.now() - started) / 1_000)} s)`;
    // The protocol requires increasing progress, also without news.
    send(sent + 0.001);
  }, HEARTBEAT_MS);
  return {
    at(done, message) {
      text = message;
      if (performance.now() - sentAt >= 100 && done > sent) send(done);
    },
    end: () => clearInterval(beat),
  };
}

/** Serves standard input and output until the client disconnects or the signal aborts. */
export async function serveMcpOverStdio(
  store: Pick<ToolStore, "list">,
  offered: OfferedTools,
  version: string,
  onError: (error: Error) => void,
  signal: AbortSignal,
): Promise<void> {
  const factory = mcpServers(offered, version);
  const open = new Set<Server>();
  const handle = serveStdio(
    async (context) => {
      const server = (await factory(context)) as Server;
      open.add(server);
      return server;
    },
    { onerror: onError },
  );
  const stop = watchTools(store, () => {
    for (const server of open) server.sendToolListChanged().catch(() => open.delete(server));
  });
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
  });
  stop();
  await handle.close();
}
