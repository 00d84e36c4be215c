/** The SQLite file with a home's memory: people's preferences and the outcomes of requests. */
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../core/errors.ts";
import { openHomeFile } from "../core/home-file.ts";

/** "TWME": identifies these files among SQLite files. */
const APPLICATION_ID = 0x54574d45;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS preferences (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    scope TEXT NOT NULL,
    topic TEXT,
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    confidence REAL NOT NULL,
    source TEXT NOT NULL,
    time TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS preferences_by_user ON preferences (user);
  CREATE TABLE IF NOT EXISTS outcomes (
    request_id TEXT PRIMARY KEY,
    user TEXT,
    words TEXT NOT NULL,
    words_key TEXT NOT NULL,
    record TEXT,
    time TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS outcomes_by_words ON outcomes (words_key);
  PRAGMA application_id = ${APPLICATION_ID};
`;

/** @throws StoreError MEMORY_UNREADABLE */
export function openMemoryFile(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = openHomeFile(path).database;
    const found = database.prepare("PRAGMA application_id").get()?.application_id;
    if (found !== 0 && found !== APPLICATION_ID)
      throw new Error("the file belongs to another program");
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database?.close();
    throw new StoreError(
      "MEMORY_UNREADABLE",
      `Expected the memory file of a home at ${path}, got an error: ${(error as Error).message}. Move the file away, or choose another home.`,
      { cause: error },
    );
  }
}
