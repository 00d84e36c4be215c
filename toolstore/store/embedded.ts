/**
 * Stores tools in one SQLite file: durable before `put` resolves (WAL, synchronous FULL), ranked by an
 * index in memory. Several processes may have the file open: each search first indexes what other
 * processes have committed.
 */
import { z } from "zod";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { StoreError } from "../../src/core/errors.ts";
import type { Embedder, ToolStore } from "../../src/core/ports.ts";
import type { Tool, ToolStatus } from "../../src/core/tool.ts";
import { queriesOf } from "./catalogue.ts";
import { Count, guarded, openDatabase, statements } from "./embedded-file.ts";
import { getTool, historyOf, parseTool } from "./embedded-rows.ts";
import { type EmbeddedSearch, embeddedSearch } from "./embedded-search.ts";
import { embeddedWrites } from "./embedded-writes.ts";
import { queryVectors, reasonOf, toolVectors } from "./embedding.ts";
import { matches } from "./matches.ts";
import { checkDigest, isNewVersion, withEvidence } from "./tool-table.ts";
import { usageAfter } from "./usage.ts";

export interface EmbeddedToolStoreOptions {
  /** Gives the time of each change of a row, for people who inspect the file. */
  readonly clock?: Clock;
  /** How long a write waits for a write of another process. */
  readonly busyTimeoutMs?: number;
  /** Default: none; tools are found by words only. */
  readonly embedder?: Embedder;
}

const Latest = z.object({ version: z.int(), digest: z.string() });
const REINDEX_BATCH = 256;

/**
 * Opens the store; creates the file and its folder if they do not exist.
 *
 * @throws ConfigError STORE_UNUSABLE if the folder or file cannot be written, NOT_A_TOOL_STORE if
 *   the file is something else, STORE_TOO_NEW if a later release wrote it.
 * @throws StoreError CORRUPT_RECORD from a read that meets an invalid record.
 * @throws ConfigError EMBEDDER_MISMATCH from a search if the vectors of another embedder are stored.
 */
export function embeddedToolStore(
  path: string,
  { clock = systemClock, busyTimeoutMs = 10_000, embedder }: EmbeddedToolStoreOptions = {},
): ToolStore {
  const database = openDatabase(path, busyTimeoutMs);
  const sql = statements(database);
  const index: EmbeddedSearch = embeddedSearch({
    path,
    database,
    sql,
    embedder,
    historyOf: (name) => sql.history.all(name).map((row) => parseTool(path, row)),
  });
  let closed = false;
  let unembedded: string | undefined;

  function checkOpen(): void {
    if (!closed) return;
    throw new StoreError("STORE_CLOSED", `The tool store ${path} is closed: open it again.`);
  }

  const lastChange = (): number => Count.parse(sql.lastChange.get()).value;

  const { write, flush } = embeddedWrites({
    path,
    database,
    sql,
    checkOpen,
    committed: (...transaction) => read(() => index.committed(...transaction)),
  });
  const now = () => new Date(clock.now()).toISOString();
  const read = <T>(work: () => T): T =>
    guarded(path, () => {
      checkOpen();
      return work();
    });

  /** Resolves when everything committed until now is indexed. */
  async function caughtUp(): Promise<void> {
    const goal = read(lastChange);
    while (read(() => index.catchUp(goal))) await turn();
  }

  const get = (name: string, version?: number): Tool => getTool(path, sql, name, version);

  /** Computes and stores the vectors of some versions. */
  async function embed(tools: readonly Tool[], signal: AbortSignal): Promise<number> {
    if (embedder === undefined || tools.length === 0) return 0;
    const withQueries = tools.map((tool) => ({
      tool,
      queries: read(() => queriesOf(sql.history.all(tool.name).map((row) => parseTool(path, row)))),
    }));
    const vectors = await toolVectors(embedder, withQueries, signal);
    await Promise.all(
      tools.map(({ name, version }, i) =>
        write((change) => {
          const dense = vectors[i];
          if (dense === undefined) return;
          sql.setFact.run("embedder", embedder.id);
          sql.setVector.run(
            name,
            version,
            dense.served,
            new Uint8Array(dense.vector.slice().buffer),
          );
          sql.touch.run(change, now(), name, version);
        }),
      ),
    );
    return tools.length;
  }

  /** If a tool cannot be embedded, searches find it by words only. */
  async function embedIfPossible(tool: () => Tool): Promise<void> {
    if (embedder === undefined || index.mismatch() !== undefined) return;
    try {
      await embed([tool()], new AbortController().signal);
    } catch (error) {
      unembedded = `some tools are found by words only until "toolwright tools reindex": ${reasonOf(error)}`;
    }
  }

  return {
    async get(name, version) {
      return read(() => get(name, version));
    },
    async put(tool) {
      checkDigest(tool);
      // Serialised now: the transaction runs later, and the caller may change its object before.
      const { status, usage, ...rest } = tool;
      const { name, version, digest } = tool;
      const copy = structuredClone(tool);
      const record = JSON.stringify(rest);
      const usageText = JSON.stringify(usage);
      await write((change) => {
        const row = sql.latest.get(name);
        if (
          !isNewVersion(
            { name, version, digest },
            row === undefined ? undefined : Latest.parse(row),
          )
        )
          return undefined;
        sql.insert.run(name, version, digest, record, status, usageText, change, now());
        return version === 1 ? copy : undefined;
      });
      await embedIfPossible(() => tool);
    },
    async list({ statuses = ["candidate", "active", "deprecated"] } = {}) {
      const [first = "", second = "", third = ""] = statuses;
      return read(() => sql.list.all(first, second, third).map((row) => parseTool(path, row)));
    },
    async history(name) {
      return read(() => historyOf(path, sql, name));
    },
    async search(query) {
      const mismatch = read(() => index.mismatch());
      if (mismatch !== undefined) throw mismatch;
      const { vectors, degraded = unembedded } = await queryVectors(embedder, query);
      await caughtUp();
      const found = read(() =>
        index
          .search(query, vectors)
          .map(({ name, version, score }) => ({ tool: get(name, version), score })),
      );
      return matches(found, degraded);
    },
    async setStatus(name, version, status: ToolStatus) {
      await write((change) => {
        get(name, version);
        sql.setStatus.run(status, change, now(), name, version);
      });
    },
    async setEvidence(name, version, known) {
      await write((change) => {
        const { status: _, usage: __, ...record } = withEvidence(get(name, version), known);
        sql.setRecord.run(JSON.stringify(record), change, now(), name, version);
      });
    },
    async recordUse(name, version, use) {
      await write((change) => {
        const usage = usageAfter(get(name, version).usage, use);
        sql.setUsage.run(JSON.stringify(usage), change, now(), name, version);
      });
      if (use.succeeded && use.query !== undefined) {
        await embedIfPossible(() => read(() => get(name, version)));
      }
    },
    async reindex(signal) {
      await write(() => {
        sql.clearVectors.run();
        sql.setFact.run("embedder", "");
      });
      const all = read(() => sql.everything.all().map((row) => parseTool(path, row)));
      let embedded = 0;
      for (let from = 0; from < all.length; from += REINDEX_BATCH) {
        signal.throwIfAborted();
        embedded += await embed(all.slice(from, from + REINDEX_BATCH), signal);
      }
      unembedded = undefined;
      read(() => index.clear());
      await caughtUp();
      read(() => index.save({ all: true }));
      return { tools: all.length, embedded };
    },
    async health() {
      const mismatch = read(() => index.mismatch());
      const detail = mismatch?.message ?? unembedded ?? `embedded, ${path}`;
      return { ok: mismatch === undefined && unembedded === undefined, detail };
    },
    async close() {
      if (closed) return;
      flush();
      index.save();
      closed = true;
      database.close();
    },
  };
}

/** Yields to other work of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
