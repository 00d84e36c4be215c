/**
 * The tools of a home and the sandbox that runs them. Each needs the other: programs may call stored
 * tools, and stored tools may be tools of MCP servers or commands.
 */
import { type Commands, commandRunner } from "../../sandbox/commands/run.ts";
import { libraryToolStore } from "../../toolstore/care/library.ts";
import { resolverOf } from "../../toolstore/link/link.ts";
import { linkedSandbox } from "../../toolstore/link/linked-sandbox.ts";
import { configuredToolStore } from "../../toolstore/store/configured.ts";
import { toolDigest } from "../../toolstore/store/digest.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import type { Json } from "../core/json.ts";
import type { Embedder, OpenTrace, Sandbox, ToolStore } from "../core/ports.ts";
import { programOf, type Tool } from "../core/tool.ts";
import { type McpTools, mcpTools } from "../mcp/mcp-tools.ts";

export interface OpenToolsPorts {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly openTrace: OpenTrace;
  readonly newId: (kind: string) => string;
  readonly embedder: Embedder | undefined;
  /** Redacts secrets in what is stored and shown. */
  readonly clean: (value: Json) => Json;
}

export interface OpenTools {
  readonly tools: ToolStore;
  /** Started on the first call. Programs may call stored tools. */
  readonly sandbox: () => Promise<Sandbox>;
  /** Programs cannot call stored tools. */
  readonly bareSandbox: () => Promise<Sandbox>;
  readonly commands: Commands;
  readonly foreign: McpTools;
  close(): Promise<void>;
}

export function openTools({
  config,
  environment,
  clock,
  openTrace,
  newId,
  embedder,
  clean,
}: OpenToolsPorts): OpenTools {
  const store = withoutSecrets(
    configuredToolStore(config.store, { home: config.home, clock, environment, embedder }),
    clean,
  );
  let started: Promise<Sandbox> | undefined;
  const bareSandbox = (): Promise<Sandbox> => {
    started ??= startSandbox(config);
    return started;
  };
  const sandbox = async (): Promise<Sandbox> =>
    commands.wrapSandbox(
      foreign.wrapSandbox(linkedSandbox(await bareSandbox(), resolverOf(tools))),
    );
  const commands = commandRunner({
    configured: bareSandbox,
    pythonIsNamed: config.sandboxes.python !== undefined,
    workers: config.workers,
    environment,
  });
  const library = libraryToolStore({
    store,
    openTrace,
    newId,
    run: async (tool, inputs) =>
      (await sandbox()).run(
        { program: programOf(tool), inputs, limits: tool.limits, seed: 0 },
        new AbortController().signal,
      ),
  });
  const foreign = mcpTools(config.mcpServers, {
    store: library,
    digest: toolDigest,
    environment,
    now: () => new Date(clock.now()).toISOString(),
  });
  const tools = foreign.wrapStore(library);
  return {
    tools,
    sandbox,
    bareSandbox,
    commands,
    foreign,
    async close() {
      await foreign.close();
      await commands.close();
      await (await started?.catch(() => undefined))?.close();
      await tools.close();
    },
  };
}

/** Imported on first use: most commands run no program. */
async function startSandbox(config: Config): Promise<Sandbox> {
  const { configuredSandbox } = await import("../../sandbox/configured.ts");
  return configuredSandbox(config);
}

/**
 * A tool's errors and the queries it was called with may contain secrets: they are redacted in what is
 * stored, and in what an older version stored.
 */
function withoutSecrets(store: ToolStore, clean: (value: Json) => Json): ToolStore {
  const cleaned = (tool: Tool): Tool => {
    const { lastErrors, queries } = tool.usage;
    const usage = clean({ lastErrors, queries }) as Pick<Tool["usage"], "lastErrors" | "queries">;
    return { ...tool, usage: { ...tool.usage, ...usage } };
  };
  return {
    ...store,
    get: async (...asked) => cleaned(await store.get(...asked)),
    list: async (...asked) => (await store.list(...asked)).map(cleaned),
    history: async (...asked) => (await store.history(...asked)).map(cleaned),
    recordUse: (name, version, use) =>
      store.recordUse(name, version, {
        ...use,
        ...(use.error === undefined ? {} : { error: String(clean(use.error)) }),
        ...(use.query === undefined ? {} : { query: String(clean(use.query)) }),
      }),
  };
}
