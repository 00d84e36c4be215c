/**
 * The SQLite files of a home: created atomically and readable only for their owner. A file that lost its
 * content is never mistaken for a new one.
 */
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "./errors.ts";

/** SQLite treats a file that is shorter than its smallest page as an empty database. */
const MIN_PAGE_BYTES = 512;

export interface HomeFile {
  readonly database: DatabaseSync;
  /** Whether the file at the path was replaced or deleted. */
  isLost(): boolean;
}

/**
 * Opens the file; creates it with its folder if it does not exist.
 *
 * @throws StoreError CORRUPT_RECORD for a file without its content, or a log without its file; errors of
 *   the system or SQLite.
 */
export function openHomeFile(path: string, timeoutMs = 10_000): HomeFile {
  const found = statOf(path);
  if (found === undefined) create(path);
  else if (found.isFile() && found.size < MIN_PAGE_BYTES) {
    throw lostContent(path, `a file of ${found.size} bytes`);
  }
  const database = new DatabaseSync(path, { timeout: timeoutMs });
  const opened = statOf(path);
  return {
    database,
    isLost() {
      const now = statOf(path);
      return now?.ino !== opened?.ino || now?.dev !== opened?.dev;
    },
  };
}

function create(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if ((statOf(`${path}-wal`)?.size ?? 0) > 0) throw lostContent(path, "only its log");
  // Created under another name and linked: a process that dies leaves no empty file, and of several
  // processes the first one wins.
  const own = `${path}-new-${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(own, "", { mode: 0o600, flag: "wx" });
    const database = new DatabaseSync(own);
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
    linkSync(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    for (const end of ["", "-wal", "-shm"]) rmSync(`${own}${end}`, { force: true });
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function lostContent(path: string, found: string): StoreError {
  return new StoreError(
    "CORRUPT_RECORD",
    `Expected an SQLite file at ${path}, found ${found}: what it held is lost. Bring it back from a copy; to begin with an empty one, move it away with the files beside it whose names begin alike.`,
    { facts: { path } },
  );
}
