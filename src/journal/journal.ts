/**
 * A request's journal: the state that its events describe. One pure function applies an event, for
 * events of earlier attempts and of the current one.
 */
import { StoreError } from "../core/errors.ts";
import type { TraceEvent } from "../core/event.ts";
import { readOneOf } from "../core/events/read.ts";
import type { KnownEvent } from "../core/events/schemas.ts";
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import type { RequestStatus } from "../core/request.ts";
import type { Amounts } from "../core/spending.ts";
import type { Signal } from "../core/steps.ts";

export interface StartedStep {
  /** Number of recorded starts. */
  readonly starts: number;
  /** Claim of the first start. */
  readonly epoch: number;
  readonly failed: boolean;
  readonly onUncertain: "retry" | "ask";
}

/** A signal that a request waits for. */
export interface Wait {
  readonly key: string;
  readonly name: string;
  readonly question?: Json;
  /** ISO 8601. */
  readonly deadline?: string;
}

/** The question of a wait for the model's server; nobody has to answer it. */
export type ModelWait = {
  readonly kind: "model";
  readonly text: string;
  readonly code: string;
  /** ISO 8601: the first failed try. */
  readonly since: string;
  /** Failed tries without progress in between. */
  readonly tries: number;
};

/** @returns What the wait says if it is for the model's server, else undefined. */
export function modelWait({ question }: Pick<Wait, "question">): ModelWait | undefined {
  const facts = question as { readonly kind?: Json } | undefined;
  return facts?.kind === "model" ? (question as ModelWait) : undefined;
}

export interface Journal {
  status: RequestStatus;
  /** Cause of the status. */
  cause: string;
  readonly started: Map<string, StartedStep>;
  /** Results by key. */
  readonly done: Map<string, Json>;
  /** Keys of steps that contain steps or waits: their effects are in those. */
  readonly parents: Set<string>;
  readonly waits: Map<string, Wait>;
  /** By key: the signal's id, or null if the deadline passed. */
  readonly waited: Map<string, string | null>;
  /** By key: ISO 8601. */
  readonly sleeps: Map<string, string>;
  readonly signals: Map<string, Signal>;
  readonly delivered: Set<string>;
  readonly spent: Map<string, Spent>;
  /** The model has failed since then, and nothing was done in between. */
  outage: Pick<ModelWait, "since" | "tries"> | undefined;
  /** Sequence number of the last event read. */
  seq: number;
}

export interface Spent {
  readonly time: string;
  readonly amounts: Amounts;
  readonly settled: boolean;
}

export function emptyJournal(): Journal {
  return {
    status: "NOT_STARTED",
    cause: "",
    started: new Map(),
    done: new Map(),
    parents: new Set(),
    waits: new Map(),
    waited: new Map(),
    sleeps: new Map(),
    signals: new Map(),
    delivered: new Set(),
    spent: new Map(),
    outage: undefined,
    seq: 0,
  };
}

const TYPES = [
  "step-started",
  "step-done",
  "step-failed",
  "wait-started",
  "wait-done",
  "sleep-started",
  "signal-received",
  "request-status",
  "budget-reserved",
  "budget-settled",
] as const;

/** @param time ISO 8601. */
export function readInto(journal: Journal, event: KnownEvent, time: string): void {
  switch (event.type) {
    case "step-started": {
      const { key, onUncertain = "retry" } = event.data;
      const before = journal.started.get(key);
      const epoch = before?.epoch ?? event.volatile.epoch;
      const starts = (before?.starts ?? 0) + 1;
      journal.started.set(key, { starts, epoch, failed: false, onUncertain });
      addParents(journal, key);
      return;
    }
    case "step-done":
      journal.done.set(event.data.key, event.volatile.result);
      journal.outage = undefined;
      return;
    case "step-failed": {
      const { key } = event.data;
      const before = journal.started.get(key);
      if (before !== undefined) journal.started.set(key, { ...before, failed: true });
      return;
    }
    case "wait-started":
      journal.waits.set(event.data.key, event.data);
      journal.outage = modelWait(event.data) ?? journal.outage;
      addParents(journal, event.data.key);
      return;
    case "wait-done": {
      const { key, signal } = event.data;
      journal.waits.delete(key);
      journal.waited.set(key, signal);
      if (signal !== null) journal.delivered.add(signal);
      addParents(journal, key);
      return;
    }
    case "sleep-started":
      journal.sleeps.set(event.data.key, event.data.until);
      addParents(journal, event.data.key);
      return;
    case "signal-received":
      journal.signals.set(event.data.id, { ...event.data, time });
      return;
    case "request-status":
      journal.status = event.data.to;
      journal.cause = event.data.cause;
      return;
    case "budget-reserved":
    case "budget-settled": {
      const { key } = event.data;
      const settled = event.type === "budget-settled";
      const { amounts } = event.volatile;
      journal.spent.set(key, { time: journal.spent.get(key)?.time ?? time, amounts, settled });
      return;
    }
    default:
      return;
  }
}

function addParents(journal: Journal, key: string): void {
  for (let at = key.lastIndexOf("/"); at > 0; at = key.lastIndexOf("/", at - 1)) {
    journal.parents.add(key.slice(0, at));
  }
}

/** An event as it was stored. @throws StoreError CORRUPT_RECORD */
export function readStored(journal: Journal, event: TraceEvent): void {
  const read = readOneOf(event, TYPES);
  if (read?.type === "unread") {
    const { run, seq } = event;
    throw new StoreError(
      "CORRUPT_RECORD",
      `Event ${seq} of request "${run}" is not in this version's format: ${read.reason}. The request cannot be resumed; submit it again.`,
      { facts: { run, seq } },
    );
  }
  if (read !== undefined) readInto(journal, read, event.time);
  journal.seq = event.seq;
}

/** Reads new events. @throws InputError RUN_NOT_FOUND, StoreError CORRUPT_RECORD */
export async function readJournal(
  store: EventStore,
  requestId: string,
  journal: Journal = emptyJournal(),
): Promise<Journal> {
  for await (const event of store.events(requestId, { after: journal.seq })) {
    readStored(journal, event);
  }
  return journal;
}
