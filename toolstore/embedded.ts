/**
 * Keeps tools in one SQLite file: durable before `put` resolves (WAL, synchronous FULL), read from there
 * when asked for, ranked by an index in memory. Several processes may hold the file open: each search
 * first takes in what others have committed.
 */
import { z } from "zod";
import { type Clock, systemClock } from "../src/core/clock.ts";
import { EngineError, StoreError } from "../src/core/errors.ts";
import type { Embedder, ToolStore } from "../src/core/ports.ts";
import type { Tool, ToolStatus } from "../src/core/tool.ts";
import { queriesOf } from "./catalogue.ts";
import { Count, guarded, openDatabase, statements } from "./embedded-file.ts";
import { getTool, historyOf, parseTool } from "./embedded-rows.ts";
import { type EmbeddedSearch, embeddedSearch } from "./embedded-search.ts";
import { queryVectors, reasonOf, toolVectors } from "./embedding.ts";
import { matches } from "./matches.ts";
import { admits, checkDigest } from "./shelf.ts";
import { usageAfter } from "./usage.ts";

export interface EmbeddedToolStoreOptions {
  /** Stamps each change of a row, for people who look into the file. */
  readonly clock?: Clock;
  /** How long a write waits for another process's. */
  readonly busyTimeoutMs?: number;
  /** Default: found by words alone. */
  readonly embedder?: Embedder;
}

interface Job {
  readonly work: (change: number) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const Latest = z.object({ version: z.int(), digest: z.string() });
const REINDEX_BATCH = 256;

/**
 * Opens the store, making the file and its folder where they are absent.
 *
 * @throws ConfigError STORE_UNUSABLE if the folder or file can not be written, NOT_A_TOOL_STORE if
 *   the file is something else, STORE_TOO_NEW if a later release wrote it.
 * @throws StoreError CORRUPT_RECORD from a read that meets a record it can not understand.
 * @throws ConfigError EMBEDDER_MISMATCH from a search where another embedder's vectors are stored.
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
    *everything() {
      for (const row of sql.everything.iterate()) yield parseTool(path, row);
    },
  });
  let closed = false;
  let unembedded: string | undefined;
  const waiting: Job[] = [];

  function checkOpen(): void {
    if (!closed) return;
    throw new StoreError("STORE_CLOSED", `The tool store ${path} is closed: open it again.`);
  }

  /**
   * Runs `work` in a transaction that is on disk when the promise resolves. What is asked for within
   * one turn of the event loop shares a transaction, and so one flush of the disk.
   */
  function write(work: (change: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.push({ work, resolve, reject });
      if (waiting.length === 1) setImmediate(flush);
    });
  }

  function flush(): void {
    const jobs = waiting.splice(0);
    const settle: (() => void)[] = [];
    try {
      guarded(path, () => {
        checkOpen();
        sql.begin.run();
        let change = Count.parse(sql.lastChange.get()).value;
        for (const job of jobs) settle.push(attempt(job, ++change));
        sql.commit.run();
      });
    } catch (error) {
      if (!closed && database.isTransaction) sql.rollback.run();
      for (const { reject } of jobs) reject(error);
      return;
    }
    for (const done of settle) done();
  }

  const now = () => new Date(clock.now()).toISOString();
  const read = <T>(work: () => T): T =>
    guarded(path, () => {
      checkOpen();
      return work();
    });

  const get = (name: string, version?: number): Tool => getTool(path, sql, name, version);

  /** The vectors of some versions, written down. What can not be embedded now is found by its words. */
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

  async function embedIfPossible(tool: () => Tool): Promise<void> {
    if (embedder === undefined || index.mismatch() !== undefined) return;
    try {
      await embed([tool()], new AbortController().signal);
    } catch (error) {
      unembedded = `some tools are found by words alone until "toolwright tools reindex": ${reasonOf(error)}`;
    }
  }

  return {
    async get(name, version) {
      return read(() => get(name, version));
    },
    async put(tool) {
      checkDigest(tool);
      // Written down now: the transaction comes later, and the caller may change its object until then.
      const { status, usage, ...rest } = tool;
      const { name, version, digest } = tool;
      const record = JSON.stringify(rest);
      const usageText = JSON.stringify(usage);
      await write((change) => {
        const row = sql.latest.get(name);
        if (!admits({ name, version, digest }, row === undefined ? undefined : Latest.parse(row)))
          return;
        sql.insert.run(name, version, digest, record, status, usageText, change, now());
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
      read(() => index.rebuild());
      return { tools: all.length, embedded };
    },
    async health() {
      const mismatch = read(() => index.mismatch());
      const detail = mismatch?.message ?? unembedded ?? `embedded, ${path}`;
      return { ok: mismatch === undefined && unembedded === undefined, detail };
    },
    async close() {
      if (closed) return;
      if (waiting.length > 0) flush();
      index.saveIfGrown();
      closed = true;
      database.close();
    },
  };
}

/** One job inside the transaction; a refused one writes nothing and leaves the others be. */
function attempt({ work, resolve, reject }: Job, change: number): () => void {
  try {
    work(change);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return () => reject(error);
  }
  return resolve;
}
