/**
 * Makes the tools of configured MCP servers available next to the engine's own. They are stored like
 * any tool, so one ranking finds both, and their usage is counted. The first definition of a tool is
 * pinned; a changed definition waits for a person's approval. Calls go through a wrapped sandbox.
 */
import type { Tool as McpTool } from "@modelcontextprotocol/client";
import { ToolNotFoundError } from "../core/errors.ts";
import type { Execution, ExecutionJob } from "../core/execution.ts";
import { isObject } from "../core/json.ts";
import type { McpServers } from "../core/mcp-servers.ts";
import { optionalPackage } from "../core/optional-package.ts";
import type { Sandbox, ToolStore } from "../core/ports.ts";
import type { Tool } from "../core/tool.ts";
import type { Connection } from "./connection.ts";
import { namedIn, originOf, sourceOf, toolOf } from "./definition.ts";

export interface McpTools {
  /**
   * Updates the store with the tools that the servers offer. The result is cached until a server
   * reports a change or closes; an unavailable server is asked again after 30 s.
   *
   * @returns Sentences about failures and pending approvals. If a server is unavailable, only its own
   *   tools are missing.
   */
  sync(): Promise<readonly string[]>;
  /** Wraps a store: its searches return only those MCP tools that can be called now. */
  wrapStore(store: ToolStore): ToolStore;
  /** Wraps a sandbox: it also runs programs of language `mcp`. */
  wrapSandbox(sandbox: Sandbox): Sandbox;
  close(): Promise<void>;
}

export interface McpToolsOptions {
  readonly store: ToolStore;
  readonly digest: (tool: Omit<Tool, "digest">) => string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** ISO 8601. */
  readonly now: () => string;
}

const SDK = "@modelcontextprotocol/client";
/** How long to wait before asking an unavailable server again. */
const RETRY_MS = 30_000;

export function mcpTools(
  servers: McpServers,
  { store, digest, environment, now }: McpToolsOptions,
): McpTools {
  /** Current sources by server; absent before the first sync and while the server is unavailable. */
  const live = new Map<string, ReadonlySet<string>>();
  let synced: Promise<readonly string[]> | undefined;
  const count = Object.keys(servers).length;
  let opened: Promise<ReadonlyMap<string, Connection>> | undefined;

  /** Loaded at the first use: without a configured server the SDK is never imported. */
  function connections(): Promise<ReadonlyMap<string, Connection>> {
    opened ??= optionalPackage("The setting mcpServers", [SDK], async () => {
      const { mcpConnection } = await import("./connection.ts");
      const onChange = (): void => {
        synced = undefined;
      };
      const made = Object.entries(servers).map(([name, settings]) => {
        const connection = mcpConnection(name, settings, { environment, onChange });
        return [name, connection] as const;
      });
      return new Map(made);
    });
    return opened;
  }

  async function syncServer(connection: Connection): Promise<readonly string[]> {
    const { name } = connection;
    let definitions: readonly McpTool[];
    try {
      definitions = await connection.definitions();
    } catch (error) {
      live.delete(name);
      return [`The MCP server ${name} is unavailable: ${(error as Error).message}`];
    }
    const notes = connection.leftOut().map((reason) => `The MCP server ${name}: ${reason}`);
    const usable = new Set<string>();
    for (const definition of definitions) {
      try {
        const note = await storeTool(connection, definition);
        if (note !== undefined) notes.push(note);
        usable.add(sourceOf(name, definition));
      } catch (error) {
        // One tool that cannot be stored hides no other.
        const reason = (error as Error).message;
        notes.push(`The MCP server ${name}: The tool ${definition.name} is not usable: ${reason}`);
      }
    }
    live.set(name, usable);
    return notes;
  }

  /** Pins the first definition; a different definition waits for approval. */
  async function storeTool(
    { name: server, timeoutMs }: Connection,
    definition: McpTool,
  ): Promise<string | undefined> {
    const draft = toolOf(server, definition, timeoutMs, now());
    const history = await historyOf(store, draft.name);
    const same = history.find(({ source }) => source === draft.source);
    const waits = `${draft.name}: its definition at ${server} has changed. See toolwright tools diff, then approve or reject it.`;
    if (same !== undefined) return same.status === "candidate" ? waits : undefined;
    if (history.some(({ origin }) => origin !== originOf(server))) {
      return `${draft.name}: the store already has another tool with that name, so the tool of ${server} is not added.`;
    }
    const first = history.length === 0;
    const tool = {
      ...draft,
      version: history.length + 1,
      status: first ? ("active" as const) : ("candidate" as const),
    };
    await store.put({ ...tool, digest: digest(tool) });
    return first ? undefined : waits;
  }

  async function syncAll(): Promise<readonly string[]> {
    if (count === 0) return [];
    const all = [...(await connections()).values()];
    return (await Promise.all(all.map(syncServer))).flat();
  }

  function sync(): Promise<readonly string[]> {
    if (synced !== undefined) return synced;
    const running = syncAll();
    synced = running;
    running.then(
      () => {
        if (live.size === count) return;
        setTimeout(() => {
          if (synced === running) synced = undefined;
        }, RETRY_MS).unref();
      },
      () => {
        if (synced === running) synced = undefined;
      },
    );
    return running;
  }

  function callable(tool: Tool): boolean {
    if (tool.language !== "mcp") return true;
    const server = namedIn(tool.source)?.server;
    return server !== undefined && live.get(server)?.has(tool.source) === true;
  }

  /** The connection and the current definition, if the definition is pinned and active. */
  async function approvedTool(
    source: string,
    entry: string,
  ): Promise<{ connection: Connection; definition: McpTool; tool: Tool } | Execution> {
    const named = namedIn(source);
    const configured = named !== undefined && Object.hasOwn(servers, named.server);
    const connection = configured ? (await connections()).get(named.server) : undefined;
    if (named === undefined || connection === undefined) {
      const server = named === undefined ? "its MCP server" : `the MCP server ${named.server}`;
      return refused(`${entry}: ${server} is not configured: add it to mcpServers.`);
    }
    const tool = (await historyOf(store, entry)).find((version) => version.source === source);
    if (tool?.status !== "active" || tool.origin !== originOf(named.server)) {
      return refused(
        `${entry}: this definition is not approved: toolwright tools approve ${entry}.`,
      );
    }
    let definitions: readonly McpTool[];
    try {
      definitions = await connection.definitions();
    } catch (error) {
      const reason = `the MCP server ${connection.name} is unavailable: ${(error as Error).message}`;
      return { status: "crashed", reason };
    }
    const definition = definitions.find(({ name }) => name === named.tool);
    if (definition === undefined) {
      return refused(`${entry}: ${connection.name} no longer has a tool ${named.tool}.`);
    }
    if (sourceOf(connection.name, definition) !== source) {
      synced = undefined;
      await sync();
      return refused(
        `${entry}: its definition at ${connection.name} has changed since it was approved: toolwright tools approve ${entry}.`,
      );
    }
    return { connection, definition, tool };
  }

  async function run(job: ExecutionJob, signal: AbortSignal): Promise<readonly Execution[]> {
    const found = await approvedTool(job.program.source, job.program.entry);
    if ("status" in found) return job.inputs.map(() => found);
    const { connection, definition, tool } = found;
    const results: Execution[] = [];
    for (const [named, ...more] of job.inputs) {
      signal.throwIfAborted();
      results.push(
        isObject(named) && more.length === 0
          ? await connection.call(definition, named, job.limits, signal)
          : refused(`${tool.name} takes one object with its arguments by name`),
      );
    }
    return results;
  }

  return {
    sync,
    wrapStore: (inner) => ({
      ...inner,
      async search(query) {
        if (count > 0) await sync();
        // Asks for more than needed: some may not be callable now.
        const matches = await inner.search({ ...query, limit: query.limit * 2 });
        const { degraded } = matches;
        const found = matches.filter(({ tool }) => callable(tool)).slice(0, query.limit);
        return degraded === undefined ? found : Object.assign(found, { degraded });
      },
    }),
    wrapSandbox: (sandbox) => ({
      ...sandbox,
      run: (job, signal) =>
        job.program.language === "mcp" ? run(job, signal) : sandbox.run(job, signal),
      async runBatch({ programs, ...job }, signal) {
        if (programs.every(({ language }) => language !== "mcp")) {
          return sandbox.runBatch({ programs, ...job }, signal);
        }
        const own = programs.filter(({ language }) => language !== "mcp");
        const results = [...(await sandbox.runBatch({ ...job, programs: own }, signal))];
        const all: (readonly Execution[])[] = [];
        for (const program of programs) {
          all.push(
            program.language === "mcp"
              ? await run({ ...job, program }, signal)
              : (results.shift() ?? []),
          );
        }
        return all;
      },
    }),
    async close() {
      const made = opened === undefined ? [] : [...(await opened).values()];
      await Promise.allSettled(made.map((connection) => connection.close()));
    },
  };
}

async function historyOf(store: ToolStore, name: string): Promise<readonly Tool[]> {
  try {
    return await store.history(name);
  } catch (error) {
    if (error instanceof ToolNotFoundError) return [];
    throw error;
  }
}

function refused(reason: string): Execution {
  return { status: "refused", reason };
}
