/**
 * Keeps events in this process. The reference driver of the EventStore port: what is durable here
 * lasts as long as the process, everything else is as the port says.
 */
import { type Clock, systemClock } from "../core/clock.ts";
import { InputError, StoreError } from "../core/errors.ts";
import { EventType, type NewEvent, type RunSummary, type TraceEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { FIRST_SUM, nextSum } from "./chain.ts";
import { recordText } from "./record.ts";

/** Kept as text, so that no later change of an object reaches what was appended. */
interface Row {
  readonly time: string;
  readonly type: string;
  readonly data: string;
  readonly volatile?: string;
  readonly link?: string;
  readonly sum: string;
}

export function memoryEventStore({ clock = systemClock }: { clock?: Clock } = {}): EventStore {
  const runs = new Map<string, { summary: RunSummary; rows: Row[] }>();
  const now = () => new Date(clock.now()).toISOString();

  function find(runId: string) {
    const run = runs.get(runId);
    if (run === undefined) throw runNotFound(runId);
    return run;
  }

  return {
    async begin({ id, kind, title, parent }) {
      if (runs.has(id)) throw runExists(id);
      const summary: RunSummary = {
        id,
        kind,
        title,
        status: "running",
        ...(parent === undefined ? {} : { parent }),
        startedAt: now(),
        events: 0,
        sum: FIRST_SUM,
      };
      runs.set(id, { summary, rows: [] });
    },
    async append(runId, events) {
      const run = find(runId);
      if (run.summary.status !== "running") throw runEnded(runId, run.summary.status);
      checkEvents(events);
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
          ...(event.link === undefined ? {} : { link: event.link }),
          sum,
        });
      }
      run.summary = { ...run.summary, events: run.rows.length, sum };
    },
    async end(runId, status) {
      const run = find(runId);
      if (run.summary.status !== "running") throw runEnded(runId, run.summary.status);
      run.summary = { ...run.summary, status, endedAt: now() };
    },
    async runs() {
      return [...runs.values()].map(({ summary }) => summary).reverse();
    },
    async run(runId) {
      return find(runId).summary;
    },
    async *events(runId, { after = 0 } = {}) {
      const { rows } = find(runId);
      for (let seq = after + 1; seq <= rows.length; seq++) yield toEvent(runId, seq, rows[seq - 1]);
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
    ...(link === undefined ? {} : { link }),
    sum,
  };
}

/** @throws InputError INVALID_EVENT before anything is stored. */
export function checkEvents(events: readonly NewEvent[]): void {
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
    `A run "${runId}" is in the store already, running or ended. Begin with a new id.`,
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
