/**
 * A request's journal: what its events say has been done. One pure function reads an event into it,
 * for events of earlier lives and for those of this one alike.
 */
import { z } from "zod";
import { StoreError } from "../core/errors.ts";
import type { NewEvent, TraceEvent } from "../core/event.ts";
import { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { RequestStatus } from "../core/request.ts";
import type { Signal } from "../core/steps.ts";

export interface StartedStep {
  /** Starts that were recorded. */
  readonly starts: number;
  /** Claim under which the first one was. */
  readonly epoch: number;
  readonly failed: boolean;
  readonly onUncertain: "retry" | "ask";
}

/** Something that a request waits for. */
export interface Wait {
  readonly key: string;
  readonly name: string;
  readonly question?: Json;
  /** ISO 8601. */
  readonly deadline?: string;
}

export interface Journal {
  status: RequestStatus;
  /** Why it got there. */
  cause: string;
  readonly started: Map<string, StartedStep>;
  /** Results by key. */
  readonly done: Map<string, Json>;
  /** Keys of steps with steps or waits inside: their effects are in those. */
  readonly parents: Set<string>;
  readonly waits: Map<string, Wait>;
  /** By key: the signal's id, or null when the deadline passed. */
  readonly waited: Map<string, string | null>;
  /** By key: ISO 8601. */
  readonly sleeps: Map<string, string>;
  readonly signals: Map<string, Signal>;
  readonly delivered: Set<string>;
  readonly spent: Map<string, Spent>;
  /** Of the last event that was read. */
  seq: number;
}

export interface Spent {
  readonly time: string;
  readonly amounts: Readonly<Record<string, number>>;
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
    seq: 0,
  };
}

const StepStarted = z.object({ key: z.string(), onUncertain: z.literal("ask").exactOptional() });
const Keyed = z.object({ key: z.string() });
const Result = z.object({ result: Json });
const WaitStarted = z.object({
  key: z.string(),
  name: z.string(),
  question: Json.exactOptional(),
  deadline: z.string().exactOptional(),
});
const WaitDone = z.object({ key: z.string(), signal: z.string().nullable() });
const SleepStarted = z.object({ key: z.string(), until: z.string() });
const SignalReceived = z.object({ id: z.string(), name: z.string(), payload: Json });
const Status = z.object({ to: RequestStatus, cause: z.string() });
const Budget = z.object({ amounts: z.record(z.string(), z.number()) });
const Claimed = z.object({ epoch: z.int() });

/** @param time ISO 8601. */
export function readInto(journal: Journal, { type, data, volatile }: NewEvent, time: string): void {
  switch (type) {
    case "step-started": {
      const { key, onUncertain = "retry" } = StepStarted.parse(data);
      const before = journal.started.get(key);
      const epoch = before?.epoch ?? Claimed.parse(volatile).epoch;
      const starts = (before?.starts ?? 0) + 1;
      journal.started.set(key, { starts, epoch, failed: false, onUncertain });
      addParents(journal, key);
      return;
    }
    case "step-done": {
      journal.done.set(Keyed.parse(data).key, Result.parse(volatile).result);
      return;
    }
    case "step-failed": {
      const { key } = Keyed.parse(data);
      const before = journal.started.get(key);
      if (before !== undefined) journal.started.set(key, { ...before, failed: true });
      return;
    }
    case "wait-started": {
      const wait = WaitStarted.parse(data);
      journal.waits.set(wait.key, wait);
      addParents(journal, wait.key);
      return;
    }
    case "wait-done": {
      const { key, signal } = WaitDone.parse(data);
      journal.waits.delete(key);
      journal.waited.set(key, signal);
      if (signal !== null) journal.delivered.add(signal);
      addParents(journal, key);
      return;
    }
    case "sleep-started": {
      const { key, until } = SleepStarted.parse(data);
      journal.sleeps.set(key, until);
      addParents(journal, key);
      return;
    }
    case "signal-received": {
      const signal = SignalReceived.parse(data);
      journal.signals.set(signal.id, { ...signal, time });
      return;
    }
    case "request-status": {
      const { to, cause } = Status.parse(data);
      journal.status = to;
      journal.cause = cause;
      return;
    }
    case "budget-reserved":
    case "budget-settled": {
      const { key } = Keyed.parse(data);
      const { amounts } = Budget.parse(volatile);
      const settled = type === "budget-settled";
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
  try {
    readInto(journal, event, event.time);
    journal.seq = event.seq;
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const { run, seq, type } = event;
    const [issue] = error.issues;
    throw new StoreError(
      "CORRUPT_RECORD",
      `Event ${seq} (${type}) of request "${run}" is not as this version writes it: ${issue?.path.join(".")}: ${issue?.message}. The request can not be carried on; submit it again.`,
      { facts: { run, seq }, cause: error },
    );
  }
}

/** Reads what is new. @throws InputError RUN_NOT_FOUND, StoreError CORRUPT_RECORD */
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
