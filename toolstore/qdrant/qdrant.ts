/**
 * Stores tools on a Qdrant server, shared by all users of its collection. While the server is
 * unavailable, writes wait in a local file and are sent in order later; searches use local copies of the
 * tools that this home has used, or fail, as configured.
 */
import { randomUUID } from "node:crypto";
import { systemClock } from "../../src/core/clock.ts";
import { EngineError, StoreError } from "../../src/core/errors.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import { present } from "../../src/core/present.ts";
import { queryVectors, reasonOf } from "../store/embedding.ts";
import { matches } from "../store/matches.ts";
import { checkDigest } from "../store/tool-table.ts";
import { connect, isUnavailable } from "./connection.ts";
import { type LocalCopy, openLocalCopy, type Postponed } from "./local.ts";
import type { Operation } from "./operations.ts";
import type { QdrantToolStoreOptions } from "./options.ts";
import { rebuildCollection } from "./rebuild.ts";
import { serverStore } from "./server.ts";

const DEFAULT_HNSW = { m: 16, efConstruct: 128 };
const REPLAY_BATCH = 64;

/**
 * Sends nothing before the first call.
 *
 * @throws ConfigError BAD_STORE_URL, STORE_UNUSABLE; from the first call on STORE_DENIED,
 *   NOT_A_TOOL_STORE, STORE_TOO_NEW, STORE_TOO_OLD, EMBEDDER_MISMATCH
 * @throws StoreError STORE_UNAVAILABLE while the server is unavailable and `whenOut` is `error`. If a
 *   write throws it, the write is stored locally and sent later.
 */
export function qdrantToolStore({
  url,
  apiKey,
  collection = "toolwright",
  localFile,
  whenOut = "lexical",
  timeoutMs = 10_000,
  restMs = 2_000,
  embedder,
  hnsw = DEFAULT_HNSW,
  quantization = "none",
  replicas,
  clock = systemClock,
}: QdrantToolStoreOptions): ToolStore {
  const connection = connect({ url, timeoutMs, ...present({ apiKey }) });
  const local: LocalCopy = openLocalCopy(localFile);
  const options = {
    connection,
    collection,
    embedder,
    hnsw,
    quantization,
    replicas,
    monotonicMs: clock.monotonicMs,
    now: () => new Date(clock.now()).toISOString(),
    onUnembedded(error: unknown): void {
      unembedded = `some tools are found by words only until "toolwright tools reindex": ${reasonOf(error)}`;
    },
  };
  let unembedded: string | undefined;
  let server = serverStore(options);
  /** The failure after which the server is not called, and until when. */
  let out: { readonly error: unknown; readonly untilMs: number } | undefined;
  let closed = false;
  let replaying: Promise<void> | undefined;

  function checkOpen(): void {
    if (!closed) return;
    throw new StoreError("STORE_CLOSED", `The tool store at ${url} is closed: open it again.`);
  }

  /** Calls the server, after sending the waiting writes; after a failure, calls pause for `restMs`. */
  async function online<T>(work: () => Promise<T>): Promise<T> {
    checkOpen();
    if (out !== undefined && clock.monotonicMs() < out.untilMs) throw out.error;
    try {
      if (local.pendingCount() > 0) {
        replaying ??= replay().finally(() => {
          replaying = undefined;
        });
        await replaying;
      }
      const result = await work();
      out = undefined;
      return result;
    } catch (error) {
      if (isUnavailable(error)) out = { error, untilMs: clock.monotonicMs() + restMs };
      throw error;
    }
  }

  async function read<T>(work: () => Promise<T>, instead: () => T): Promise<T> {
    try {
      return await online(work);
    } catch (error) {
      if (whenOut === "error" || !isUnavailable(error)) throw error;
      return instead();
    }
  }

  async function write(operation: Operation): Promise<void> {
    try {
      await online(() => server.apply(operation));
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      // The server may or may not have executed it: its id makes it take effect once.
      local.postpone(operation);
      if (whenOut === "lexical") return;
      throw new StoreError(
        "STORE_UNAVAILABLE",
        `${reasonOf(error)} The write is stored in ${localFile} and sent when the server is available again.`,
        { facts: { url, postponed: true }, retryable: true, cause: error },
      );
    }
    if (operation.kind === "put") local.copy([operation.tool]);
  }

  async function replay(): Promise<void> {
    for (;;) {
      const waiting = local.pending(REPLAY_BATCH);
      if (waiting.length === 0) return;
      for (const postponed of waiting) await send(postponed);
    }
  }

  /** Sends one waiting write. Meanwhile others may have written the same version. */
  async function send({ number, operation }: Postponed): Promise<void> {
    try {
      await server.apply(operation);
      local.done(number);
    } catch (error) {
      if (isUnavailable(error) || !(error instanceof EngineError)) throw error;
      if (operation.kind !== "put" || error.code !== "VERSION_CONFLICT") {
        local.refuse(number, error.message);
        return;
      }
      // The tool becomes the next version, as a candidate that a person must check: it was never
      // compared with the version that is current now.
      const version = ((await server.history(operation.tool.name)).at(-1)?.version ?? 0) + 1;
      const tool = { ...operation.tool, version, status: "candidate" as const };
      await server.apply({ kind: "put", id: `${operation.id}-${version}`, tool });
      local.done(number);
    }
  }

  const pendingText = (): string =>
    `${local.pendingCount()} writes wait for it, ${local.size()} tools have local copies`;

  return {
    get: (name, version) =>
      read(
        async () => {
          const tool = await server.get(name, version);
          local.copy([tool]);
          return tool;
        },
        () => local.get(name, version),
      ),
    async put(tool) {
      checkOpen();
      checkDigest(tool);
      await write({ kind: "put", id: randomUUID(), tool: structuredClone(tool) });
    },
    list: ({ statuses } = {}) =>
      read(
        async () => {
          const tools = await server.list(statuses);
          local.copy(tools);
          return tools;
        },
        () => local.list(statuses),
      ),
    history: (name) =>
      read(
        async () => {
          const history = await server.history(name);
          local.copy(history);
          return history;
        },
        () => local.history(name),
      ),
    async search(query) {
      const { vectors, degraded = unembedded } = await queryVectors(embedder, query);
      return read(
        async () => {
          const found = await server.search(query, vectors);
          local.copy(found.map(({ tool }) => tool));
          return matches(found, degraded);
        },
        () =>
          matches(
            local.search(query),
            `found by words only among ${local.size()} copied tools: ${reasonOf(out?.error)}`,
          ),
      );
    },
    async setStatus(name, version, status) {
      await write({ kind: "set-status", id: randomUUID(), name, version, status });
    },
    async setEvidence(name, version, known) {
      await write({ kind: "set-evidence", id: randomUUID(), name, version, known });
    },
    async recordUse(name, version, use) {
      await write({ kind: "record-use", id: randomUUID(), name, version, use: { ...use } });
    },
    async reindex(signal) {
      checkOpen();
      const figures = await rebuildCollection(options, signal);
      server = serverStore(options);
      unembedded = undefined;
      for await (const { tool } of server.allVersions()) local.copy([tool]);
      return figures;
    },
    async health() {
      try {
        const count = await online(() => server.count());
        const refused = local.refusedCount();
        return {
          ok: unembedded === undefined && refused === 0,
          detail: `qdrant, ${url}, collection "${collection}": ${count} tools${refused === 0 ? "" : `; ${refused} postponed writes were refused, see ${localFile}`}${unembedded === undefined ? "" : `; ${unembedded}`}`,
          pendingWrites: local.pendingCount(),
        };
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        return {
          ok: false,
          detail: `${error.message} ${pendingText()}.`,
          pendingWrites: local.pendingCount(),
        };
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      local.close();
    },
  };
}
