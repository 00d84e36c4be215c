/**
 * Keeps events in one SQLite file: the record of everything that the engine does.
 *
 * A write resolves once it is on disk (write-ahead log, synchronous = FULL). Writes that are waiting
 * at the same time share one commit, so that many small ones cost one flush. Several processes may
 * share a file; sums and counts are read and written under its write lock. Long strings are kept
 * once, by their digest.
 */
import { type Clock, systemClock } from "../core/clock.ts";
import { EngineError, StoreError } from "../core/errors.ts";
import type { TraceEvent } from "../core/event.ts";
import type { EventStore } from "../core/ports.ts";
import { FIRST_SUM, nextSum } from "./chain.ts";
import { checkEvents, runEnded, runExists, runNotFound } from "./memory-store.ts";
import { isAlive, type Owner, thisOwner } from "./owner.ts";
import { EVENTS_PER_RUN, openFile, translated } from "./sqlite-file.ts";
import {
  eventOf,
  guardOf,
  type PreparedEvent,
  prepareEvent,
  statementsOf,
  summaryOf,
} from "./sqlite-rows.ts";

/** A run as a write sees it, under the write lock. */
interface OpenRun {
  readonly number: number;
  readonly status: string;
  readonly owner: Owner;
  events: number;
  sum: string;
}

interface Write {
  readonly apply: (runs: Map<string, OpenRun>) => void;
  readonly resolve: () => void;
  readonly reject: (error: EngineError) => void;
}

/** Events are read in pages, so that a long reading holds no cursor open and the log can be folded in. */
const PAGE = 256;

/**
 * @param path The file; made with its folder if it is not there.
 * @throws ConfigError TRACE_UNWRITABLE, StoreError CORRUPT_RECORD or TRACE_FULL, when it opens.
 *
 * Writes reject with StoreError TRACE_FULL (retryable, nothing stored) when the disk is full. A run
 * whose process died is listed as `interrupted`; `begin` with its id, or an append, takes it over.
 */
export function sqliteEventStore(
  path: string,
  { clock = systemClock }: { clock?: Clock } = {},
): EventStore {
  const database = openFile(path);
  const statements = statementsOf(database);
  const owner = thisOwner();
  const now = () => new Date(clock.now()).toISOString();
  let waiting: Write[] = [];
  let closed = false;

  function write(apply: Write["apply"]): Promise<void> {
    if (closed) return Promise.reject(storeClosed(path));
    return new Promise((resolve, reject) => {
      waiting.push({ apply, resolve, reject });
      if (waiting.length === 1) setImmediate(commit);
    });
  }

  function commit(): void {
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    const refused = new Map<Write, EngineError>();
    try {
      database.exec("BEGIN IMMEDIATE");
      const runs = new Map<string, OpenRun>();
      for (const each of group) {
        try {
          each.apply(runs);
        } catch (error) {
          // A write is refused before it has changed anything; its neighbours go on.
          if (!(error instanceof EngineError)) throw error;
          refused.set(each, error);
        }
      }
      for (const { events, sum, number } of runs.values()) {
        statements.setRun.run(events, sum, owner.pid, owner.start, number);
      }
      database.exec("COMMIT");
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
      const reason = translated(error, path);
      for (const { reject } of group) reject(reason);
      return;
    }
    for (const each of group) {
      const error = refused.get(each);
      if (error === undefined) each.resolve();
      else each.reject(error);
    }
  }

  function openRun(runs: Map<string, OpenRun>, runId: string): OpenRun {
    const known = runs.get(runId);
    if (known !== undefined) return known;
    const row = statements.run.get(runId);
    if (row === undefined) throw runNotFound(runId);
    const run: OpenRun = {
      number: Number(row.number),
      status: String(row.status),
      owner: { pid: Number(row.owner_pid), start: String(row.owner_start) },
      events: Number(row.events),
      sum: String(row.sum),
    };
    return run;
  }

  function insert(run: OpenRun, event: PreparedEvent, time: string): void {
    if (run.events + 1 >= EVENTS_PER_RUN) {
      throw new RangeError(`a run holds fewer than ${EVENTS_PER_RUN} events`);
    }
    run.events++;
    run.sum = nextSum(run.sum, event.type, event.dataText);
    for (const { digest, text } of event.bodies) statements.addBody.run(digest, Buffer.from(text));
    const bodies =
      event.bodies.length === 0
        ? null
        : JSON.stringify(event.bodies.map((body) => [body.path, body.digest]));
    statements.addEvent.run(
      run.number * EVENTS_PER_RUN + run.events,
      time,
      event.type,
      event.slimText,
      event.volatile,
      event.link,
      bodies,
      run.sum,
      guardOf(time, event.link, event.volatile),
    );
  }

  function read<T>(work: () => T): T {
    if (closed) throw storeClosed(path);
    try {
      return work();
    } catch (error) {
      throw translated(error, path);
    }
  }

  return {
    async begin({ id, kind, title, parent }) {
      const startedAt = now();
      return write((runs) => {
        const row = statements.run.get(id);
        if (row !== undefined) {
          // The run of a process that died goes on where it stopped.
          const run = openRun(runs, id);
          if (run.status !== "running" || isAlive(run.owner)) throw runExists(id);
          runs.set(id, run);
          return;
        }
        statements.addRun.run(
          id,
          kind,
          title.toWellFormed(),
          parent ?? null,
          startedAt,
          FIRST_SUM,
          owner.pid,
          owner.start,
        );
      });
    },

    async append(runId, events) {
      checkEvents(events);
      const time = now();
      const prepared = events.map(prepareEvent);
      return write((runs) => {
        const run = openRun(runs, runId);
        if (run.status !== "running") throw runEnded(runId, run.status);
        if (prepared.length === 0) return;
        runs.set(runId, run);
        for (const event of prepared) insert(run, event, time);
      });
    },

    async end(runId, status) {
      const endedAt = now();
      return write((runs) => {
        const run = openRun(runs, runId);
        if (run.status !== "running") throw runEnded(runId, run.status);
        statements.endRun.run(status, endedAt, run.number);
        runs.set(runId, { ...run, status });
      });
    },

    async runs() {
      return read(() => statements.runs.all().map(summaryOf));
    },

    async run(runId) {
      const row = read(() => statements.run.get(runId));
      if (row === undefined) throw runNotFound(runId);
      return summaryOf(row);
    },

    async *events(runId, { after = 0 } = {}): AsyncGenerator<TraceEvent> {
      const row = read(() => statements.run.get(runId));
      if (row === undefined) throw runNotFound(runId);
      const first = Number(row.number) * EVENTS_PER_RUN;
      let seq = Math.max(0, after);
      while (true) {
        const rows = read(() =>
          statements.events.all(first + seq, first + EVENTS_PER_RUN - 1, PAGE),
        );
        for (const each of rows) {
          seq++;
          const found = seq;
          yield read(() => eventOf(each, runId, found, first, statements.body));
        }
        if (rows.length < PAGE) return;
      }
    },

    async close() {
      if (closed) return;
      commit();
      closed = true;
      database.close();
    },
  };
}

function storeClosed(path: string): StoreError {
  return new StoreError("STORE_CLOSED", `The event store at ${path} was closed. Open it again.`);
}
