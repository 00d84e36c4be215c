/**
 * The SQLite files of a home: made whole or not at all, readable for their owner alone. A file that
 * lost its content is never taken for a new one.
 */
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "./errors.ts";

/** SQLite takes what is shorter than its smallest page for an empty database. */
const SMALLEST_PAGE = 512;

export interface HomeFile {
  readonly database: DatabaseSync;
  /** Whether what is at the path now is another file, or none. */
  isLost(): boolean;
}

/**
 * Opens it; makes it with its folder if it is not there.
 *
 * @throws StoreError CORRUPT_RECORD for a file without its content, or a log without its file; what the
 *   system or SQLite says.
 */
export function openHomeFile(path: string, timeoutMs = 10_000): HomeFile {
  const found = statOf(path);
  if (found === undefined) create(path);
  else if (found.isFile() && found.size < SMALLEST_PAGE) {
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
  if ((statOf(`${path}-wal`)?.size ?? 0) > 0) throw lostContent(path, "its log alone");
  // Linked into place whole: who dies before leaves no empty file, and of several the first stays.
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
