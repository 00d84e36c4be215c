/**
 * The cost of recording: events per second through the event store, compared with a plain loop of
 * SQLite inserts into a file with the same settings. Returns rows as data; the caller prints them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { NewEvent } from "../core/event.ts";
import type { DataOf } from "../core/events/schemas.ts";
import { canonicalJson } from "../core/json.ts";
import { sqliteEventStore } from "../trace/store/sqlite.ts";

export interface TraceBenchRow {
  /** `store`: appends of `batch` events. `insert loop`: one table, no chained sums, a commit per `batch`. */
  readonly way: "store" | "insert loop";
  /** Size of an event's data as JSON text. */
  readonly bytes: number;
  /** Events per append or commit. */
  readonly batch: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  /** User and system time of this process, in microseconds per event. */
  readonly cpuMicros: number;
}

/**
 * @param events Per row; 2,000 take about a second in total on a local disk.
 * @param folder For temporary files; its disk is measured.
 */
export async function benchTrace({
  events = 2_000,
  folder = tmpdir(),
}: {
  readonly events?: number;
  readonly folder?: string;
} = {}): Promise<readonly TraceBenchRow[]> {
  const rows: TraceBenchRow[] = [];
  for (const bytes of [400, 4_096]) {
    for (const batch of [1, 64]) {
      // One event per flush is slow, so fewer events are enough.
      const count = batch === 1 ? Math.ceil(events / 8) : events;
      const bodies = Array.from({ length: count }, (_, index) => bodyOf(index, bytes));
      rows.push(await measured("store", { bytes, batch, bodies, folder }, storeLoop));
      rows.push(await measured("insert loop", { bytes, batch, bodies, folder }, insertLoop));
    }
  }
  return rows;
}

interface Work {
  readonly bytes: number;
  readonly batch: number;
  readonly bodies: readonly DataOf<"candidate-result">[];
  readonly folder: string;
}

/** Data like that of a `candidate-result`: mostly source text, different for each event. */
function bodyOf(index: number, bytes: number): DataOf<"candidate-result"> {
  const body = {
    index,
    digest: `${index}`,
    status: "scored",
    operator: "bench",
    fitness: index / 7,
    parents: [`${index}`],
    source: "",
  } as const;
  const line = `  const step${index} = Math.min(room - item, ${index} * 0.5) / (room + 1);\n`;
  const room = Math.max(0, bytes - canonicalJson(body).length);
  return { ...body, source: line.repeat(Math.ceil(room / line.length)).slice(0, room) };
}

async function measured(
  way: TraceBenchRow["way"],
  work: Work,
  loop: (path: string, work: Work) => Promise<void>,
): Promise<TraceBenchRow> {
  const home = mkdtempSync(join(work.folder, "trace-bench-"));
  try {
    const started = performance.now();
    const before = process.cpuUsage();
    await loop(join(home, "events.sqlite"), work);
    const spent = process.cpuUsage(before);
    const seconds = (performance.now() - started) / 1_000;
    const events = work.bodies.length;
    return {
      way,
      bytes: work.bytes,
      batch: work.batch,
      events,
      eventsPerSecond: events / seconds,
      cpuMicros: (spent.user + spent.system) / events,
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function storeLoop(path: string, { bodies, batch }: Work): Promise<void> {
  const store = sqliteEventStore(path);
  try {
    await store.begin({ id: "bench", kind: "evolution", title: "bench" });
    for (let from = 0; from < bodies.length; from += batch) {
      const events: NewEvent[] = bodies
        .slice(from, from + batch)
        .map((data) => ({ type: "candidate-result", data }));
      await store.append("bench", events);
    }
  } finally {
    await store.close();
  }
}

async function insertLoop(path: string, { bodies, batch }: Work): Promise<void> {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    database.exec("CREATE TABLE events (id INTEGER PRIMARY KEY, type TEXT, data TEXT)");
    const insert = database.prepare("INSERT INTO events (type, data) VALUES (?, ?)");
    for (let from = 0; from < bodies.length; from += batch) {
      database.exec("BEGIN");
      for (const data of bodies.slice(from, from + batch)) {
        insert.run("candidate-result", JSON.stringify(data));
      }
      database.exec("COMMIT");
    }
  } finally {
    database.close();
  }
}
