/**
 * Keeps tools in one SQLite file: durable before `put` resolves (WAL, synchronous FULL), ranked in
 * memory. Several processes may hold the file open: each read first looks whether another one has
 * committed, and takes in what changed.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { z } from "zod";
import { type Clock, systemClock } from "../src/core/clock.ts";
import { ConfigError, EngineError, StoreError } from "../src/core/errors.ts";
import type { ToolStore } from "../src/core/ports.ts";
import { Tool } from "../src/core/tool.ts";
import { admits, checkDigest, type Shelf, shelf, usageAfter } from "./shelf.ts";

export interface EmbeddedToolStoreOptions {
  /** Stamps each change of a row, for people who look into the file. */
  readonly clock?: Clock;
  /** How long a write waits for another process's. */
  readonly busyTimeoutMs?: number;
}

/** "TWTS", in SQLite's header: tells this store's files from anybody else's. */
const APPLICATION_ID = 0x54575453;
const SCHEMA_VERSION = 1;

/** `change` counts up over the whole file: what is new to a reader lies above what it has seen. */
const SCHEMA = `
  CREATE TABLE tools (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    record TEXT NOT NULL,
    status TEXT NOT NULL,
    usage TEXT NOT NULL,
    change INTEGER NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (name, version)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX tools_by_change ON tools (change);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

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
const Count = z.object({ value: z.int() });

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

function openDatabase(path: string, busyTimeoutMs: number): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    prepareFile(database, path);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof EngineError) throw error;
    if (sqliteCode(error) === SQLITE_NOTADB) throw notAToolStore(path, error);
    throw new ConfigError(
      "STORE_UNUSABLE",
      `The tool store needs a file it can write, got ${path} (${messageOf(error)}): choose another folder or make this one writable.`,
      { facts: { path }, cause: error },
    );
  }
}

function prepareFile(database: DatabaseSync, path: string): void {
  // One transaction around look and make: two processes may open a new file at the same moment.
  database.exec("BEGIN IMMEDIATE");
  const applicationId = pragma(database, "application_id");
  const schemaVersion = pragma(database, "user_version");
  const tables = database.prepare("SELECT count(*) AS value FROM sqlite_schema").get();
  if (Count.parse(tables).value === 0 && applicationId === 0) {
    database.exec(SCHEMA);
  } else if (applicationId !== APPLICATION_ID) {
    database.exec("ROLLBACK");
    throw notAToolStore(path);
  } else if (schemaVersion > SCHEMA_VERSION) {
    database.exec("ROLLBACK");
    throw new ConfigError(
      "STORE_TOO_NEW",
      `The tool store ${path} has schema ${schemaVersion}, this release reads up to ${SCHEMA_VERSION}: upgrade, or choose another file.`,
      { facts: { path, schema: schemaVersion } },
    );
  }
  database.exec("COMMIT");
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
}

function pragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`SELECT ${name} AS value FROM pragma_${name}`).get();
  return Count.parse(row).value;
}

type StatementName =
  | "dataVersion"
  | "since"
  | "nextChange"
  | "latest"
  | "insert"
  | "setStatus"
  | "setUsage"
  | "begin"
  | "commit"
  | "rollback";

function statements(database: DatabaseSync): Readonly<Record<StatementName, StatementSync>> {
  return {
    dataVersion: database.prepare("SELECT data_version AS value FROM pragma_data_version"),
    since: database.prepare(
      "SELECT name, version, record, status, usage, change FROM tools WHERE change > ? ORDER BY change",
    ),
    nextChange: database.prepare("SELECT coalesce(max(change), 0) + 1 AS value FROM tools"),
    latest: database.prepare(
      "SELECT version, digest FROM tools WHERE name = ? ORDER BY version DESC LIMIT 1",
    ),
    insert: database.prepare("INSERT INTO tools VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
    setStatus: database.prepare(
      "UPDATE tools SET status = ?, change = ?, changed_at = ? WHERE name = ? AND version = ?",
    ),
    setUsage: database.prepare(
      "UPDATE tools SET usage = ?, change = ?, changed_at = ? WHERE name = ? AND version = ?",
    ),
    begin: database.prepare("BEGIN IMMEDIATE"),
    commit: database.prepare("COMMIT"),
    rollback: database.prepare("ROLLBACK"),
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

const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;

/** What SQLite throws becomes a StoreError; the engine's own errors pass. */
function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = sqliteCode(error);
    if (code === undefined) throw error;
    const busy = code === SQLITE_BUSY;
    throw new StoreError(
      busy ? "STORE_BUSY" : "STORE_FAILED",
      busy
        ? `The tool store ${path} stayed locked by another process: try again.`
        : `The tool store ${path} failed (${messageOf(error)}): check disk space and the file's permissions. What was acknowledged is kept.`,
      { facts: { path }, retryable: busy, cause: error },
    );
  }
}

/** The primary result code of an error of node:sqlite, else undefined. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function notAToolStore(path: string, cause?: unknown): ConfigError {
  return new ConfigError(
    "NOT_A_TOOL_STORE",
    `Expected a tool store at ${path}, found another kind of file: choose another path. Nothing was changed.`,
    { facts: { path }, cause },
  );
}
