/**
 * The SQLite file of the embedded tool store: creates or opens it, checks its kind, prepares its
 * statements, and translates its errors.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { z } from "zod";
import { ConfigError, EngineError, StoreError } from "../../src/core/errors.ts";
import { openHomeFile } from "../../src/core/home-file.ts";

/** "TWTS" in SQLite's header: identifies the files of this store. */
const APPLICATION_ID = 0x54575453;
const SCHEMA_VERSION = 2;

/** `change` increases over the whole file: rows that are new to a reader have higher values. */
const TOOLS = `
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
  );
  CREATE UNIQUE INDEX tools_by_change ON tools (change);
  PRAGMA application_id = ${APPLICATION_ID};
`;

/** Since schema 2. `saved_index` can be deleted: it is rebuilt from the tools. */
const SEARCH = `
  CREATE INDEX tools_by_status ON tools (name, version, status);
  CREATE TABLE vectors (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    served INTEGER NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (name, version)
  );
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE saved_index (part TEXT NOT NULL, chunk INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (part, chunk));
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

export const Count = z.object({ value: z.int() });

export function openDatabase(path: string, busyTimeoutMs: number): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = openHomeFile(path, busyTimeoutMs).database;
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
  // One transaction for check and creation: two processes may open a new file at the same time.
  database.exec("BEGIN IMMEDIATE");
  const applicationId = pragma(database, "application_id");
  const schemaVersion = pragma(database, "user_version");
  const tables = database.prepare("SELECT count(*) AS value FROM sqlite_schema").get();
  if (Count.parse(tables).value === 0 && applicationId === 0) {
    database.exec(TOOLS);
    database.exec(SEARCH);
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
  } else if (schemaVersion < SCHEMA_VERSION) {
    database.exec(SEARCH);
  }
  database.exec("COMMIT");
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
}

function pragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`SELECT ${name} AS value FROM pragma_${name}`).get();
  return Count.parse(row).value;
}

const COLUMNS = "name, version, record, status, usage";

export type Statements = ReturnType<typeof statements>;

export function statements(database: DatabaseSync) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    lastChange: prepare("SELECT coalesce(max(change), 0) AS value FROM tools"),
    /** In order of change. */
    changedAfter: prepare(
      "SELECT name, change FROM tools WHERE change > ? ORDER BY change LIMIT ?",
    ),
    changedWithin: prepare("SELECT DISTINCT name FROM tools WHERE change > ? AND change <= ?"),
    version: prepare(`SELECT ${COLUMNS} FROM tools WHERE name = ? AND version = ?`),
    current: prepare(
      `SELECT ${COLUMNS} FROM tools WHERE name = ?
       ORDER BY status = 'active' DESC, version DESC LIMIT 1`,
    ),
    history: prepare(`SELECT ${COLUMNS} FROM tools WHERE name = ? ORDER BY version`),
    everything: prepare(`SELECT ${COLUMNS} FROM tools ORDER BY name, version`),
    /** Current versions with one of up to three statuses. */
    list: prepare(
      `SELECT ${COLUMNS} FROM tools JOIN (
         SELECT name AS n, coalesce(max(CASE WHEN status = 'active' THEN version END), max(version)) AS v
         FROM tools GROUP BY name
       ) ON name = n AND version = v WHERE status IN (?, ?, ?) ORDER BY name`,
    ),
    names: prepare("SELECT DISTINCT name FROM tools ORDER BY name LIMIT 20"),
    latest: prepare(
      "SELECT version, digest FROM tools WHERE name = ? ORDER BY version DESC LIMIT 1",
    ),
    insert: prepare("INSERT INTO tools VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
    setStatus: prepare(
      "UPDATE tools SET status = ?, change = ?, changed_at = ? WHERE name = ? AND version = ?",
    ),
    setRecord: prepare(
      "UPDATE tools SET record = ?, change = ?, changed_at = ? WHERE name = ? AND version = ?",
    ),
    setUsage: prepare(
      "UPDATE tools SET usage = ?, change = ?, changed_at = ? WHERE name = ? AND version = ?",
    ),
    touch: prepare("UPDATE tools SET change = ?, changed_at = ? WHERE name = ? AND version = ?"),
    vectorsOf: prepare("SELECT version, served, vector FROM vectors WHERE name = ?"),
    allVectors: prepare("SELECT name, version, served, vector FROM vectors"),
    setVector: prepare("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)"),
    clearVectors: prepare("DELETE FROM vectors"),
    fact: prepare("SELECT value FROM facts WHERE key = ?"),
    setFact: prepare("INSERT OR REPLACE INTO facts VALUES (?, ?)"),
    begin: prepare("BEGIN IMMEDIATE"),
    commit: prepare("COMMIT"),
    rollback: prepare("ROLLBACK"),
  };
}

const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;

/** Converts SQLite's errors to StoreErrors; the engine's own errors pass through. */
export function guarded<T>(path: string, work: () => T): T {
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
        : `The tool store ${path} failed (${messageOf(error)}): check disk space and the file's permissions. Acknowledged writes are safe.`,
      { facts: { path }, retryable: busy, cause: error },
    );
  }
}

/** The primary result code of a node:sqlite error; undefined for other errors. */
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
