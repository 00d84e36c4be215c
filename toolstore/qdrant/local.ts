/**
 * The local file of a store on a server: copies of the tools that this home has used, to search while
 * the server is unavailable, and the writes that the server has not confirmed, in order. One SQLite
 * file; a write is on disk when the call returns.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { ConfigError, EngineError } from "../../src/core/errors.ts";
import { openHomeFile } from "../../src/core/home-file.ts";
import type { ToolMatch, ToolQuery } from "../../src/core/ports.ts";
import { Tool, type ToolStatus } from "../../src/core/tool.ts";
import { guarded } from "../store/embedded-file.ts";
import { type ToolTable, toolTable } from "../store/tool-table.ts";
import { changed, nameOf, Operation } from "./operations.ts";

export interface LocalCopy {
  /** Stores copies of tools that the server returned or accepted. */
  copy(tools: readonly Tool[]): void;
  /**
   * Stores a write for later.
   *
   * @throws StoreError VERSION_CONFLICT, ToolNotFoundError if the local copies show the conflict.
   */
  postpone(operation: Operation): void;
  /** The oldest first. */
  pending(limit: number): readonly Postponed[];
  pendingCount(): number;
  /** The server has confirmed the write. */
  done(number: number): void;
  /** The server rejects the write permanently: stored with the reason, for people. */
  refuse(number: number, reason: string): void;
  refusedCount(): number;
  /** Reads use the copies with the waiting writes applied. */
  get(name: string, version?: number): Tool;
  history(name: string): readonly Tool[];
  list(statuses?: readonly ToolStatus[]): readonly Tool[];
  search(query: ToolQuery): readonly ToolMatch[];
  size(): number;
  close(): void;
}

export interface Postponed {
  readonly number: number;
  readonly operation: Operation;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS copies (
    name TEXT NOT NULL, version INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (name, version)
  );
  CREATE TABLE IF NOT EXISTS pending (number INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS refused (operation TEXT NOT NULL, reason TEXT NOT NULL);
`;

const Row = z.object({ number: z.int(), operation: z.string() });
const RecordRow = z.object({ record: z.string() });
const Count = z.object({ value: z.int() });

/** @throws ConfigError STORE_UNUSABLE */
export function openLocalCopy(path: string): LocalCopy {
  const database = open(path);
  const sql = {
    copyOf: database.prepare("SELECT record FROM copies WHERE name = ? AND version = ?"),
    copies: database.prepare("SELECT record FROM copies ORDER BY name, version"),
    size: database.prepare("SELECT count(DISTINCT name) AS value FROM copies"),
    saveCopy: database.prepare("INSERT OR REPLACE INTO copies VALUES (?, ?, ?)"),
    postpone: database.prepare("INSERT INTO pending (operation) VALUES (?)"),
    pending: database.prepare("SELECT number, operation FROM pending ORDER BY number LIMIT ?"),
    pendingCount: database.prepare("SELECT count(*) AS value FROM pending"),
    done: database.prepare("DELETE FROM pending WHERE number = ?"),
    refuse: database.prepare(
      "INSERT INTO refused SELECT operation, ? FROM pending WHERE number = ?",
    ),
    refusedCount: database.prepare("SELECT count(*) AS value FROM refused"),
  };
  /** Loaded when needed: nothing reads it while the server answers. */
  let loaded: ToolTable | undefined;

  function tools(): ToolTable {
    if (loaded !== undefined) return loaded;
    const table = toolTable();
    for (const row of sql.copies.iterate()) {
      table.set(Tool.parse(JSON.parse(RecordRow.parse(row).record)));
    }
    for (const { operation } of pending(-1)) apply(table, operation);
    loaded = table;
    return table;
  }

  function pending(limit: number): Postponed[] {
    return sql.pending.all(limit).map((row) => {
      const { number, operation } = Row.parse(row);
      return { number, operation: Operation.parse(JSON.parse(operation)) };
    });
  }

  /** A write to a tool without a local copy changes nothing here. */
  function apply(to: ToolTable, operation: Operation): void {
    const known = historyOf(to, nameOf(operation));
    if (known.length === 0 && operation.kind !== "put") return;
    const tool =
      known.length === 0 && operation.kind === "put" ? operation.tool : changed(known, operation);
    if (tool !== undefined) to.set(tool);
  }

  const read = <T>(work: () => T): T => guarded(path, work);

  return {
    copy: (found) =>
      read(() => {
        database.exec("BEGIN IMMEDIATE");
        for (const tool of found) {
          const record = JSON.stringify(tool);
          const row = sql.copyOf.get(tool.name, tool.version);
          if (row !== undefined && RecordRow.parse(row).record === record) continue;
          sql.saveCopy.run(tool.name, tool.version, record);
          loaded?.set(tool);
        }
        database.exec("COMMIT");
      }),
    postpone: (operation) =>
      read(() => {
        apply(tools(), operation);
        sql.postpone.run(JSON.stringify(operation));
      }),
    pending: (limit) => read(() => pending(limit)),
    pendingCount: () => read(() => Count.parse(sql.pendingCount.get()).value),
    done: (number) => read(() => void sql.done.run(number)),
    refuse: (number, reason) =>
      read(() => {
        sql.refuse.run(reason, number);
        sql.done.run(number);
      }),
    refusedCount: () => read(() => Count.parse(sql.refusedCount.get()).value),
    get: (name, version) => read(() => tools().get(name, version)),
    history: (name) => read(() => tools().history(name)),
    list: (statuses) => read(() => tools().list(statuses)),
    search: (query) => read(() => tools().search(query)),
    size: () => read(() => Count.parse(sql.size.get()).value),
    close: () => database.close(),
  };
}

function historyOf(tools: ToolTable, name: string): readonly Tool[] {
  try {
    return tools.history(name);
  } catch (error) {
    if (error instanceof EngineError && error.code === "TOOL_NOT_FOUND") return [];
    throw error;
  }
}

function open(path: string): DatabaseSync {
  try {
    const { database } = openHomeFile(path);
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new ConfigError(
      "STORE_UNUSABLE",
      `The local copy of the tool store needs a writable file, got ${path} (${String(error)}): make its folder writable.`,
      { facts: { path }, cause: error },
    );
  }
}
