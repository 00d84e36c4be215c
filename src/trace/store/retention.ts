/**
 * Deletes old runs: whole families (a run and all runs that it started), never one that is still
 * running or waiting. Selection and deletion are one transaction; if the process dies, all or nothing
 * is deleted.
 */
import type { DatabaseSync } from "node:sqlite";
import { present } from "../../core/present.ts";
import { EVENTS_PER_RUN, openFile, translated } from "./sqlite-file.ts";

export interface Retention {
  /** Families whose last run ended longer ago are deleted. Days. */
  readonly maxDays?: number;
  /** The oldest families are deleted until the rest fits. Bytes of the file. */
  readonly maxBytes?: number;
}

export interface PruneResult {
  /** Ids, oldest family first. */
  readonly removed: readonly string[];
  /** Bytes of the file before and after; equal in a dry run. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Present if the runs are deleted but the file could not be made smaller now. */
  readonly note?: string;
}

interface Family {
  readonly numbers: number[];
  readonly ids: string[];
  endedAt: string;
  open: boolean;
}

const DAY_MS = 86_400_000;

/**
 * @param now Milliseconds since 1970.
 * @throws StoreError, ConfigError as the store does
 */
export function pruneTraces(
  path: string,
  { maxDays, maxBytes }: Retention,
  { now, dryRun = false }: { readonly now: number; readonly dryRun?: boolean },
): PruneResult {
  const { database } = openFile(path);
  try {
    const bytesBefore = bytesOf(database);
    database.exec("BEGIN IMMEDIATE");
    const removed: string[] = [];
    try {
      // The bytes of a family are an estimate, because families share long texts: delete, measure, repeat.
      for (;;) {
        const chosen = choose(database, { maxDays, maxBytes }, now);
        if (chosen.length === 0) break;
        remove(database, chosen);
        removed.push(...chosen.flatMap(({ ids }) => ids));
      }
      database.exec(dryRun ? "ROLLBACK" : "COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
    const note = dryRun || removed.length === 0 ? undefined : shrink(database);
    return {
      removed,
      bytesBefore,
      bytesAfter: bytesOf(database),
      ...present({ note }),
    };
  } catch (error) {
    throw translated(error, path);
  } finally {
    database.close();
  }
}

function choose(
  database: DatabaseSync,
  { maxDays, maxBytes }: { maxDays: number | undefined; maxBytes: number | undefined },
  now: number,
): readonly Family[] {
  const ended = familiesOf(database)
    .filter(({ open }) => !open)
    .sort((a, b) => (a.endedAt < b.endedAt ? -1 : a.endedAt > b.endedAt ? 1 : 0));
  const before = maxDays === undefined ? "" : new Date(now - maxDays * DAY_MS).toISOString();
  let left = liveBytes(database);
  return ended.filter(({ numbers, endedAt }) => {
    const over = maxBytes !== undefined && left > maxBytes;
    if (endedAt >= before && !over) return false;
    for (const number of numbers) left -= bytesOfRun(database, number);
    return true;
  });
}

/** Size of its events and the long texts that they refer to, shared or not. */
function bytesOfRun(database: DatabaseSync, number: number): number {
  const [events] = database
    .prepare(
      `SELECT sum(length(data) + coalesce(length(volatile), 0) + 160) AS bytes
       FROM events WHERE id > ? AND id < ?`,
    )
    .all(...rangeOf(number));
  const [bodies] = database
    .prepare(
      `SELECT sum(length(text)) AS bytes FROM bodies WHERE digest IN (
         SELECT json_extract(reference.value, '$[1]')
         FROM events, json_each(events.bodies) AS reference
         WHERE events.id > ? AND events.id < ?)`,
    )
    .all(...rangeOf(number));
  return Number(events?.bytes ?? 0) + Number(bodies?.bytes ?? 0);
}

/** Runs grouped under the run that started them, at any depth; a run whose parent is gone is a root. */
function familiesOf(database: DatabaseSync): Family[] {
  const rows = database
    .prepare("SELECT number, id, parent, status, started_at, ended_at FROM runs ORDER BY number")
    .all();
  const families = new Map<string, Family>();
  // Parents begin before their children, so one pass in order of beginning is enough.
  for (const row of rows) {
    const parent = row.parent === null ? undefined : families.get(String(row.parent));
    const family: Family = parent ?? { numbers: [], ids: [], endedAt: "", open: false };
    const id = String(row.id);
    families.set(id, family);
    family.numbers.push(Number(row.number));
    family.ids.push(id);
    family.open ||= row.ended_at === null;
    const endedAt = String(row.ended_at ?? row.started_at);
    if (endedAt > family.endedAt) family.endedAt = endedAt;
  }
  return [...new Set(families.values())];
}

function remove(database: DatabaseSync, families: readonly Family[]): void {
  if (families.length === 0) return;
  const events = database.prepare("DELETE FROM events WHERE id > ? AND id < ?");
  const once = database.prepare("DELETE FROM once WHERE run = ?");
  const run = database.prepare("DELETE FROM runs WHERE number = ?");
  for (const number of families.flatMap(({ numbers }) => numbers)) {
    events.run(...rangeOf(number));
    once.run(number);
    run.run(number);
  }
  database.exec(`
    DELETE FROM bodies WHERE digest NOT IN (
      SELECT json_extract(reference.value, '$[1]')
      FROM events, json_each(events.bodies) AS reference
      WHERE events.bodies IS NOT NULL
    )`);
}

function rangeOf(number: number): [number, number] {
  return [number * EVENTS_PER_RUN, (number + 1) * EVENTS_PER_RUN];
}

/** Returns free space to the disk. If another process is reading, this is not an error. */
function shrink(database: DatabaseSync): string | undefined {
  try {
    database.exec("VACUUM");
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return undefined;
  } catch (error) {
    return `The runs are deleted; the file keeps its size until a later prune (${(error as Error).message}).`;
  }
}

function bytesOf(database: DatabaseSync): number {
  return pragma(database, "page_count") * pragma(database, "page_size");
}

/** Size without free pages. */
function liveBytes(database: DatabaseSync): number {
  return bytesOf(database) - pragma(database, "freelist_count") * pragma(database, "page_size");
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}
