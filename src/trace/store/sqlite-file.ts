/**
 * The file of the event store: opening it, its tables, and the translation of SQLite errors to errors
 * that say what to do.
 */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { ConfigError, EngineError, StoreError } from "../../core/errors.ts";
import { type HomeFile, openHomeFile } from "../../core/home-file.ts";

/** "TWEV": distinguishes our files from other SQLite files. */
const APPLICATION_ID = 0x54574556;
const VERSION = 2;

/**
 * An event's id combines run and seq, so that one clustered tree without a second index stores the
 * events of a run together: 2^30 events per run, 2^23 runs, within the exact integers of a double.
 */
export const EVENTS_PER_RUN = 2 ** 30;

const SCHEMA = `
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    parent TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    events INTEGER NOT NULL,
    sum TEXT NOT NULL,
    owner_pid INTEGER NOT NULL,
    owner_start TEXT NOT NULL
  ) STRICT;
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    volatile TEXT,
    link TEXT,
    bodies TEXT,
    sum TEXT NOT NULL,
    guard INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE bodies (
    digest TEXT PRIMARY KEY,
    text BLOB NOT NULL
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
`;

/**
 * Columns for running one run in several processes: who may write, when it is due, and what is recorded
 * only once. For a running run `due_at` is the end of its lease, so that one index finds every run that
 * can continue.
 */
const TO_FORMAT_2 = `
  ALTER TABLE runs ADD COLUMN owner_place TEXT NOT NULL DEFAULT '';
  ALTER TABLE runs ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN due_at INTEGER;
  ALTER TABLE runs ADD COLUMN woken INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX runs_due ON runs (status, due_at) WHERE epoch > 0 AND ended_at IS NULL;
  CREATE TABLE once (
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (run, key)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};
`;

/** How long a process waits for another process's commit. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens the file; creates it and its folder if missing.
 *
 * @throws ConfigError TRACE_UNWRITABLE if the path cannot be written.
 * @throws StoreError CORRUPT_RECORD if the file is damaged or not an event store; TRACE_FULL.
 */
export function openFile(path: string): HomeFile {
  let file: HomeFile | undefined;
  try {
    file = openHomeFile(path, BUSY_TIMEOUT_MS);
    const { database } = file;
    // The kind is checked before any setting changes, so that another program's file stays unchanged.
    retryWhileBusy(() => checkKind(database, path));
    retryWhileBusy(() => setUp(database, path));
    return file;
  } catch (error) {
    if (file?.database.isOpen === true) file.database.close();
    throw translated(error, path);
  }
}

function checkKind(database: DatabaseSync, path: string): "new" | "old" | "ours" {
  const kind = number(database, "PRAGMA application_id");
  const tables = number(database, "SELECT count(*) FROM sqlite_schema");
  if (kind === 0 && tables === 0) return "new";
  if (kind !== APPLICATION_ID) {
    throw new StoreError(
      "CORRUPT_RECORD",
      `Expected an event store at ${path}, found another program's database. Name another path; the file was left as it is.`,
    );
  }
  const version = number(database, "PRAGMA user_version");
  if (version === 1) return "old";
  if (version !== VERSION) {
    throw new StoreError(
      "CORRUPT_RECORD",
      `The event store at ${path} has format ${version}; this version reads format ${VERSION}. Use the version that wrote it, or name another path.`,
      { facts: { format: version } },
    );
  }
  return "ours";
}

function setUp(database: DatabaseSync, path: string): void {
  const mode = database.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
  if (mode !== "wal") {
    throw new ConfigError(
      "TRACE_UNWRITABLE",
      `The file system of ${path} does not support a write-ahead log (got journal mode "${String(mode)}"). Put the event store on a local disk.`,
    );
  }
  database.exec("PRAGMA synchronous = FULL");
  if (checkKind(database, path) === "ours") return;
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have created the tables while this one waited for the lock.
    const kind = checkKind(database, path);
    if (kind === "new") database.exec(SCHEMA);
    if (kind !== "ours") database.exec(TO_FORMAT_2);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function number(database: DatabaseSync, query: string): number {
  return Number(Object.values(database.prepare(query).get() ?? {})[0]);
}

/** SQLite does not wait for the lock when two processes change the journal mode at once. */
function retryWhileBusy<T>(work: () => T): T {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let attempt = 1; ; attempt++) {
    try {
      return work();
    } catch (error) {
      if (sqliteCode(error) !== BUSY || attempt >= 200) throw error;
      Atomics.wait(sleeper, 0, 0, Math.min(50, attempt * 2));
    }
  }
}

const BUSY = 5;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

/** SQLite's primary result code, or undefined if the error is not SQLite's. */
function sqliteCode(error: unknown): number | undefined {
  const code: unknown = Reflect.get(Object(error), "errcode");
  return typeof code === "number" ? code & 0xff : undefined;
}

/** Translates SQLite errors to engine errors. Engine errors are returned unchanged. */
export function translated(error: unknown, path: string): EngineError {
  if (error instanceof EngineError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  if (code === FULL || (code === IO_ERROR && isDiskFull(path)) || systemCode(error) === "ENOSPC") {
    return new StoreError(
      "TRACE_FULL",
      `The disk of the event store at ${path} is full. Nothing of this write was stored, and the run cannot continue without its trace. Free some space and try again.`,
      { retryable: true, cause: error },
    );
  }
  // A damaged integer may not fit into a double.
  const outOfRange = Reflect.get(Object(error), "code") === "ERR_OUT_OF_RANGE";
  if (code === CORRUPT || code === NOT_A_DATABASE || outOfRange) {
    return new StoreError(
      "CORRUPT_RECORD",
      `Expected an event store at ${path}, found a damaged file (${reason}). Move it away, or name another path.`,
      { cause: error },
    );
  }
  if (code === CANNOT_OPEN || code === READ_ONLY || systemCode(error) !== undefined) {
    return new ConfigError(
      "TRACE_UNWRITABLE",
      `Cannot write the event store at ${path} (${reason}). Give its folder write permission, or name another one.`,
      { cause: error },
    );
  }
  if (code === BUSY) {
    return new StoreError(
      "TRACE_BUSY",
      `Another process has held the event store at ${path} for ${BUSY_TIMEOUT_MS / 1_000} s. Try again, or end that process.`,
      { retryable: true, cause: error },
    );
  }
  return new StoreError("TRACE_FAILED", `The event store at ${path} failed: ${reason}.`, {
    cause: error,
  });
}

function systemCode(error: unknown): string | undefined {
  const code: unknown = Reflect.get(Object(error), "code");
  return typeof code === "string" && /^E[A-Z]+$/.test(code) && !code.startsWith("ERR")
    ? code
    : undefined;
}

function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < 1_048_576;
  } catch {
    // The folder is missing, so the disk is not the cause.
    return false;
  }
}
