/**
 * Stores events in memory. The reference driver of the EventStore port: "durable" means as long as the
 * process runs; everything else is as the port defines it.
 */
import { type Clock, systemClock } from "../../core/clock.ts";
import { InputError, StoreError } from "../../core/errors.ts";
import { EventType, type RunSummary, type StoredEvent, type TraceEvent } from "../../core/event.ts";
import type { Json } from "../../core/json.ts";
import type { EventStore } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import { FIRST_SUM, nextSum } from "./chain.ts";
import { recordText } from "./record.ts";

/** Stored as text, so that later changes of an object do not affect appended events. */
interface Row {
  readonly time: string;
  readonly type: string;
  readonly data: string;
  readonly volatile?: string;
  readonly link?: string;
  readonly sum: string;
}

interface MemoryRun {
  summary: RunSummary;
  readonly rows: Row[];
  readonly once: Set<string>;
  /** 0: never claimed. */
  epoch: number;
  /** Milliseconds since 1970: for a running run the end of its lease, for a waiting one its due time. */
  dueAt: number | undefined;
  woken: number;
}

export function memoryEventStore({ clock = systemClock }: { clock?: Clock } = {}): EventStore {
  const runs = new Map<string, MemoryRun>();
  const now = () => new Date(clock.now()).toISOString();

  function find(runId: string): MemoryRun {
    const run = runs.get(runId);
    if (run === undefined) throw runNotFound(runId);
    return run;
  }

  function findOpen(runId: string, epoch?: number): MemoryRun {
    const run = find(runId);
    const { status, endedAt } = run.summary;
    const stale = epoch !== undefined && epoch !== run.epoch;
    if (!stale && endedAt !== undefined) throw runEnded(runId, status);
    if (stale || (epoch !== undefined && status !== "running")) {
      throw fenced(runId, epoch, run.epoch);
    }
    return run;
  }

  const isHeld = ({ epoch, dueAt = 0 }: MemoryRun): boolean => epoch > 0 && dueAt > clock.now();

  function add(run: MemoryRun, events: readonly StoredEvent[]): void {
    const time = now();
    let { sum } = run.summary;
    for (const event of events) {
      const data = recordText(event.data);
      sum = nextSum(sum, event.type, data);
      run.rows.push({
        time,
        type: event.type,
        data,
        ...(event.volatile === undefined ? {} : { volatile: recordText(event.volatile) }),
        ...present({ link: event.link }),
        sum,
      });
    }
    run.summary = { ...run.summary, events: run.rows.length, sum };
  }

  function shown({ summary, dueAt }: MemoryRun): RunSummary {
    if (summary.status !== "waiting" || dueAt === undefined) return summary;
    return { ...summary, dueAt: new Date(dueAt).toISOString() };
  }

  return {
    async begin({ id, kind, title, parent }) {
      if (runs.has(id)) throw runExists(id);
      const summary: RunSummary = {
        id,
        kind,
        title,
        status: "running",
        ...present({ parent }),
        startedAt: now(),
        events: 0,
        sum: FIRST_SUM,
      };
      runs.set(id, { summary, rows: [], once: new Set(), epoch: 0, dueAt: undefined, woken: 0 });
    },
    async append(runId, events, { once, epoch, wakes = false } = {}) {
      const run = findOpen(runId, epoch);
      checkEvents(events);
      if (once !== undefined) {
        if (run.once.has(once)) return "duplicate";
        run.once.add(once);
      }
      add(run, events);
      if (wakes && events.length > 0) {
        run.woken = run.rows.length;
        const at = clock.now();
        if (run.summary.status === "waiting") run.dueAt = Math.min(run.dueAt ?? at, at);
      }
      return "appended";
    },
    async end(runId, status, { epoch } = {}) {
      const run = findOpen(runId, epoch);
      run.summary = { ...run.summary, status, endedAt: now() };
    },
    async claim(runId, { leaseMs }) {
      const run = findOpen(runId);
      if (run.summary.status === "running" && isHeld(run)) return undefined;
      run.summary = { ...run.summary, status: "running" };
      run.dueAt = clock.now() + leaseMs;
      return { epoch: ++run.epoch };
    },
    async renew(runId, epoch, { leaseMs }) {
      findOpen(runId, epoch).dueAt = clock.now() + leaseMs;
    },
    async suspend(runId, epoch, { seen, dueAt, events = [] }) {
      const run = findOpen(runId, epoch);
      checkEvents(events);
      if (run.woken > seen) return false;
      add(run, events);
      run.summary = { ...run.summary, status: "waiting" };
      run.dueAt = dueAt === undefined ? undefined : Date.parse(dueAt);
      return true;
    },
    async wakes(runId) {
      return find(runId).woken;
    },
    async due() {
      const at = clock.now();
      return [...runs.values()]
        .filter(({ summary, epoch }) => epoch > 0 && summary.endedAt === undefined)
        .filter((run) =>
          run.summary.status === "waiting" ? (run.dueAt ?? Infinity) <= at : !isHeld(run),
        )
        .sort((left, right) => (left.dueAt ?? 0) - (right.dueAt ?? 0))
        .map(({ summary }) => summary.id);
    },
    async runs({ kind, limit = runs.size, before, after } = {}) {
      const ids = [...runs.keys()];
      const to = before === undefined ? ids.length : ids.indexOf(find(before).summary.id);
      const from = after === undefined ? 0 : ids.indexOf(find(after).summary.id) + 1;
      const found = [...runs.values()]
        .slice(from, to)
        .filter(({ summary }) => kind === undefined || summary.kind === kind)
        .map(shown);
      const oldest = after !== undefined && before === undefined;
      return (oldest ? found.slice(0, limit) : found.slice(-limit || found.length)).reverse();
    },
    async run(runId) {
      return shown(find(runId));
    },
    async *events(runId, { after = 0, types } = {}) {
      const { rows } = find(runId);
      for (let seq = after + 1; seq <= rows.length; seq++) {
        const event = toEvent(runId, seq, rows[seq - 1]);
        if (types === undefined || types.includes(event.type)) yield event;
      }
    },
    async close() {
      runs.clear();
    },
  };
}

function toEvent(run: string, seq: number, row: Row | undefined): TraceEvent {
  if (row === undefined) throw new RangeError(`no event ${seq} in run ${run}`);
  const { time, type, data, volatile, link, sum } = row;
  return {
    run,
    seq,
    time,
    type,
    data: JSON.parse(data) as Json,
    ...(volatile === undefined ? {} : { volatile: JSON.parse(volatile) as Json }),
    ...present({ link }),
    sum,
  };
}

/** @throws InputError INVALID_EVENT before anything is stored. */
export function checkEvents(events: readonly StoredEvent[]): void {
  for (const { type } of events) {
    if (EventType.safeParse(type).success) continue;
    throw new InputError(
      "INVALID_EVENT",
      `An event's type is lower-case words joined by "-", e.g. "tool-call"; got "${String(type).slice(0, 60)}". Nothing of this call was stored.`,
    );
  }
}

export function runNotFound(runId: string): InputError {
  return new InputError("RUN_NOT_FOUND", `No run "${runId}" in this store. List the runs first.`, {
    facts: { run: runId },
  });
}

export function runExists(runId: string): StoreError {
  return new StoreError(
    "RUN_EXISTS",
    `A run "${runId}" is already in the store, running or ended. Use a new id.`,
    { facts: { run: runId } },
  );
}

export function runEnded(runId: string, status: string): StoreError {
  return new StoreError(
    "RUN_ENDED",
    `Run "${runId}" has ended (${status}); its events are closed. Begin a new run.`,
    { facts: { run: runId, status } },
  );
}

export function fenced(runId: string, epoch: number, newest: number): StoreError {
  return new StoreError(
    "FENCED",
    `Run "${runId}" is held by another process: expected claim ${newest}, got claim ${epoch}. Nothing was stored. Leave the run to that process.`,
    { facts: { run: runId, epoch, newest } },
  );
}
