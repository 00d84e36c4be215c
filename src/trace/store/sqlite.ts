/**
 * Stores events in one SQLite file: the record of everything that the engine does, and the journal from
 * which a request is resumed.
 *
 * A write resolves when it is on disk (write-ahead log, synchronous = FULL). Several processes may
 * share a file; sums, counts and claims are read and written under its write lock. Long strings are
 * stored once, by digest.
 */
import { type Clock, systemClock } from "../../core/clock.ts";
import type { TraceEvent } from "../../core/event.ts";
import { isAlive, thisOwner } from "../../core/owner.ts";
import type { EventStore } from "../../core/ports.ts";
import { FIRST_SUM, nextSum } from "./chain.ts";
import { checkEvents, fenced, runEnded, runExists, runNotFound } from "./memory.ts";
import { groupCommit, storeClosed } from "./sqlite-commit.ts";
import { EVENTS_PER_RUN, openFile, translated } from "./sqlite-file.ts";
import {
  eventOf,
  eventsOfTypes,
  guardOf,
  isHeld,
  type PreparedEvent,
  prepareEvent,
  type RunState,
  statementsOf,
  stateOf,
  summaryOf,
  wholeSummaryOf,
} from "./sqlite-rows.ts";

/** Events are read in pages, so that a long read holds no cursor open and allows checkpoints of the log. */
const PAGE = 256;

/**
 * @param path The file; it and its folder are created if missing.
 * @throws ConfigError TRACE_UNWRITABLE, StoreError CORRUPT_RECORD or TRACE_FULL, when it opens.
 *
 * Writes reject with StoreError TRACE_FULL (retryable, nothing stored) if the disk is full. A run whose
 * process died is listed as `interrupted`; `begin` with its id, or an append, takes it over.
 */
export function sqliteEventStore(
  path: string,
  { clock = systemClock }: { clock?: Clock } = {},
): EventStore {
  const file = openFile(path);
  const { database } = file;
  const statements = statementsOf(database);
  const owner = thisOwner();
  const now = () => new Date(clock.now()).toISOString();
  const commits = groupCommit(file, statements, path);
  let closed = false;

  function insert(run: RunState, event: PreparedEvent, time: string): void {
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

  /** @throws StoreError RUN_ENDED, FENCED */
  function checkOpen(runId: string, run: RunState, epoch: number | undefined): void {
    const stale = epoch !== undefined && epoch !== run.epoch;
    if (!stale && run.endedAt !== null) throw runEnded(runId, run.status);
    if (stale || (epoch !== undefined && run.status !== "running")) {
      throw fenced(runId, epoch, run.epoch);
    }
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
      return commits.write((runs) => {
        if (statements.run.get(id) !== undefined) {
          // The run of a process that died is continued.
          const run = runs.get(id);
          if (run.status !== "running" || run.epoch > 0 || isAlive(run.owner)) throw runExists(id);
          runs.set(id, { ...run, owner });
          return;
        }
        const { lastInsertRowid } = statements.addRun.run(
          id,
          kind,
          title.toWellFormed(),
          parent ?? null,
          startedAt,
          FIRST_SUM,
          owner.pid,
          owner.start,
          owner.place,
        );
        statements.forget.run(lastInsertRowid);
      });
    },

    async append(runId, events, { once, epoch, wakes = false } = {}) {
      checkEvents(events);
      const time = now();
      const at = clock.now();
      const prepared = events.map(prepareEvent);
      return commits.write((runs) => {
        const run = runs.get(runId);
        checkOpen(runId, run, epoch);
        if (once !== undefined && statements.addOnce.run(run.number, once).changes === 0) {
          return "duplicate";
        }
        if (prepared.length === 0) return "appended";
        for (const event of prepared) insert(run, event, time);
        if (wakes) {
          run.woken = run.events;
          if (run.status === "waiting") run.dueAt = Math.min(run.dueAt ?? at, at);
        }
        // A writer outside of the claim does not take over a claimed run.
        if (run.epoch === 0) run.owner = owner;
        runs.set(runId, run);
        return "appended";
      });
    },

    async end(runId, status, { epoch } = {}) {
      const endedAt = now();
      return commits.write((runs) => {
        const run = runs.get(runId);
        checkOpen(runId, run, epoch);
        runs.set(runId, { ...run, status, endedAt, dueAt: null });
      });
    },

    async claim(runId, { leaseMs }) {
      return commits.write((runs) => {
        const at = clock.now();
        const run = runs.get(runId);
        checkOpen(runId, run, undefined);
        const { pid, start } = run.owner;
        const ownAndNew = run.epoch === 0 && pid === owner.pid && start === owner.start;
        if (run.status === "running" && !ownAndNew && isHeld(run, at)) return undefined;
        const epoch = run.epoch + 1;
        runs.set(runId, { ...run, status: "running", owner, epoch, dueAt: at + leaseMs });
        return { epoch };
      });
    },

    async renew(runId, epoch, { leaseMs }) {
      return commits.write((runs) => {
        const run = runs.get(runId);
        checkOpen(runId, run, epoch);
        runs.set(runId, { ...run, dueAt: clock.now() + leaseMs });
      });
    },

    async suspend(runId, epoch, { seen, dueAt, events = [] }) {
      checkEvents(events);
      const time = now();
      const prepared = events.map(prepareEvent);
      return commits.write((runs) => {
        const run = runs.get(runId);
        checkOpen(runId, run, epoch);
        if (run.woken > seen) return false;
        for (const event of prepared) insert(run, event, time);
        run.status = "waiting";
        run.dueAt = dueAt === undefined ? null : Date.parse(dueAt);
        runs.set(runId, run);
        return true;
      });
    },

    async wakes(runId) {
      const row = read(() => statements.woken.get(runId));
      if (row === undefined) throw runNotFound(runId);
      return Number(row.woken);
    },

    async due() {
      const at = clock.now();
      return read(() => statements.due.all(at))
        .filter((row) => row.status === "waiting" || !isHeld(stateOf(row), at))
        .map((row) => String(row.id));
    },

    async runs({ kind, limit, before, after } = {}) {
      const at = clock.now();
      const numberOf = (id: string): number => {
        const row = statements.run.get(id);
        if (row === undefined) throw runNotFound(id);
        return Number(row.number);
      };
      return read(() => {
        const to = before === undefined ? Number.MAX_SAFE_INTEGER : numberOf(before);
        const from = after === undefined ? -1 : numberOf(after);
        // Runs newer than a given one are read in ascending order, then reversed.
        const rows =
          after === undefined || before !== undefined ? statements.runs : statements.runsFrom;
        const found = rows.all(from, to, kind ?? null, limit ?? -1);
        return (rows === statements.runs ? found : found.reverse()).map((row) =>
          summaryOf(row, at),
        );
      });
    },

    async run(runId) {
      const row = read(() => statements.run.get(runId));
      if (row === undefined) throw runNotFound(runId);
      return wholeSummaryOf(row, clock.now());
    },

    async *events(runId, { after = 0, types } = {}): AsyncGenerator<TraceEvent> {
      const row = read(() => statements.run.get(runId));
      if (row === undefined) throw runNotFound(runId);
      const first = Number(row.number) * EVENTS_PER_RUN;
      if (types !== undefined) {
        yield* read(() => eventsOfTypes(statements, types, row, Math.max(0, after)));
        return;
      }
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
      commits.close();
      closed = true;
      database.close();
    },
  };
}
