/**
 * Keeps tools in one SQLite file: durable before `put` resolves (WAL, synchronous FULL), ranked in
 * memory. Several processes may hold the file open: each read first looks whether another one has
 * committed, and takes in what changed.
 */
import { z } from "zod";
import { type Clock, systemClock } from "../src/core/clock.ts";
import { EngineError, StoreError } from "../src/core/errors.ts";
import type { ToolStore } from "../src/core/ports.ts";
import { Tool } from "../src/core/tool.ts";
import { Count, guarded, openDatabase, statements } from "./embedded-file.ts";
import { admits, checkDigest, type Shelf, shelf, usageAfter } from "./shelf.ts";

export interface EmbeddedToolStoreOptions {
  /** Stamps each change of a row, for people who look into the file. */
  readonly clock?: Clock;
  /** How long a write waits for another process's. */
  readonly busyTimeoutMs?: number;
}

interface Job {
  readonly work: (change: number) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const Row = z.object({
  name: z.string(),
  version: z.int(),
  record: z.string(),
  status: z.string(),
  usage: z.string(),
  change: z.int(),
});
const Latest = z.object({ version: z.int(), digest: z.string() });

/**
 * Opens the store, making the file and its folder where they are absent.
 *
 * @throws ConfigError STORE_UNUSABLE if the folder or file can not be written, NOT_A_TOOL_STORE if
 *   the file is something else, STORE_TOO_NEW if a later release wrote it.
 * @throws StoreError CORRUPT_RECORD from a read that meets a record it can not understand.
 */
export function embeddedToolStore(
  path: string,
  { clock = systemClock, busyTimeoutMs = 10_000 }: EmbeddedToolStoreOptions = {},
): ToolStore {
  const database = openDatabase(path, busyTimeoutMs);
  const sql = statements(database);
  let tools = shelf();
  let seen = 0;
  /** Moves when another connection commits. */
  let dataVersion = -1;
  let closed = false;
  const waiting: Job[] = [];

  /** Takes in what was committed since the last look, by this process or another. */
  function refresh(): Shelf {
    if (closed) {
      throw new StoreError("STORE_CLOSED", `The tool store ${path} is closed: open it again.`);
    }
    const version = Count.parse(sql.dataVersion.get()).value;
    if (version !== dataVersion) {
      for (const row of sql.since.iterate(seen)) take(row);
      dataVersion = version;
    }
    return tools;
  }

  function take(row: unknown): void {
    const { record, status, usage, change, name, version } = Row.parse(row);
    tools.place(parseTool(path, name, version, record, status, usage));
    seen = change;
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
        refresh();
        sql.begin.run();
        refresh();
        for (const job of jobs) settle.push(attempt(job));
        sql.commit.run();
      });
    } catch (error) {
      // The rows of this transaction are gone: what was taken in of them must go too.
      forget();
      for (const { reject } of jobs) reject(error);
      return;
    }
    for (const done of settle) done();
  }

  /** One job inside the transaction; a refused one writes nothing and leaves the others be. */
  function attempt({ work, resolve, reject }: Job): () => void {
    try {
      work(Count.parse(sql.nextChange.get()).value);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return () => reject(error);
    }
    // Own commits do not move data_version, so they are taken in by hand.
    for (const row of sql.since.iterate(seen)) take(row);
    return resolve;
  }

  function forget(): void {
    if (closed) return;
    if (database.isTransaction) sql.rollback.run();
    tools = shelf();
    seen = 0;
    dataVersion = -1;
  }

  const now = () => new Date(clock.now()).toISOString();
  const read = <T>(work: (shelf: Shelf) => T): T => guarded(path, () => work(refresh()));

  return {
    async get(name, version) {
      return read((known) => known.get(name, version));
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
    },
    async list({ statuses } = {}) {
      return read((known) => known.list(statuses));
    },
    async history(name) {
      return read((known) => known.history(name));
    },
    async search(query) {
      return read((known) => known.search(query));
    },
    async setStatus(name, version, status) {
      await write((change) => {
        tools.get(name, version);
        sql.setStatus.run(status, change, now(), name, version);
      });
    },
    async recordUse(name, version, use) {
      await write((change) => {
        const usage = usageAfter(tools.get(name, version).usage, use);
        sql.setUsage.run(JSON.stringify(usage), change, now(), name, version);
      });
    },
    async close() {
      if (closed) return;
      if (waiting.length > 0) flush();
      closed = true;
      database.close();
      tools = shelf();
    },
  };
}

function parseTool(
  path: string,
  name: string,
  version: number,
  record: string,
  status: string,
  usage: string,
): Tool {
  try {
    return Tool.parse({ ...JSON.parse(record), status, usage: JSON.parse(usage) });
  } catch (error) {
    throw new StoreError(
      "CORRUPT_RECORD",
      `The tool store ${path} holds a record of ${name}@${version} that is no tool: restore the file from a copy, or export what can be read.`,
      { facts: { path, tool: name, version }, cause: error },
    );
  }
}
