/**
 * One attempt at a request: the state of a process from the claim to the end of the request, to its
 * next wait, or until another process takes it over.
 *
 * An attempt writes only through this object, under its claim. After it is over, none of its code
 * continues: its pending promises never settle and are garbage collected.
 */
import type { Clock } from "../core/clock.ts";
import type { NewEvent } from "../core/event.ts";
import { withTexts } from "../core/events/read.ts";
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { mayBecome, type RequestStatus } from "../core/request.ts";
import type { Signal } from "../core/steps.ts";
import type { Failpoint } from "./failpoint.ts";
import { type Journal, readInto, readStored } from "./journal.ts";
import { createScopes, type Scopes } from "./scope.ts";

export interface AttemptPorts {
  readonly store: EventStore;
  readonly clock: Clock;
  /** Removes secrets from values before they are stored. */
  readonly clean: (value: Json) => Json;
  readonly failpoint: Failpoint;
  /** Called with every event of an attempt after it is on disk. */
  readonly onEvent?: (event: NewEvent) => void;
}

/** A wait in this attempt: for a signal with a name, for a time, or for the first of both. */
export interface Waiter {
  readonly key: string;
  readonly name?: string;
  /** Milliseconds since the epoch. */
  readonly until?: number;
  /** Called with undefined if the time was reached. */
  readonly wake: (signal: Signal | undefined) => void;
}

export interface Attempt {
  readonly id: string;
  readonly epoch: number;
  readonly journal: Journal;
  readonly scopes: Scopes;
  readonly waiters: Set<Waiter>;
  readonly clock: Clock;
  readonly clean: (value: Json) => Json;
  /** Aborted if the request is canceled or taken over. */
  readonly controller: AbortController;
  over: boolean;
  /** No new step starts; effects that are running may still finish. */
  leaving: boolean;
  /** Steps with effects outside that are running. */
  readonly effects: Set<Promise<unknown>>;
  /** The error after which the journal cannot be written any more. */
  broken: unknown;
  /** @returns False if an earlier attempt has written it. @throws StoreError FENCED */
  write(events: readonly NewEvent[], once?: string): Promise<boolean>;
  /** The events for a change of status, to be passed to `write`. */
  change(to: RequestStatus, cause: string, actor: Actor): readonly NewEvent[];
  /** The first undelivered signal for a wait; marks it as delivered. */
  take(name: string, key: string): Signal | undefined;
  /** Reads new signals and wakes the waits for them, and those whose time is reached. */
  look(): Promise<void>;
  /** Suspends the request, to be resumed at `dueAt`, unless there is a new signal. */
  suspend(dueAt: number | undefined, events?: readonly NewEvent[]): Promise<boolean>;
}

export type Actor = "engine" | "user";

export function createAttempt(
  { store, clock, clean, failpoint, onEvent }: AttemptPorts,
  id: string,
  epoch: number,
  journal: Journal,
  onQuiet: () => void,
): Attempt {
  const controller = new AbortController();
  const waiters = new Set<Waiter>();
  /** The value of `wakes` when signals were last read. */
  let seen = -1;
  let readTo = journal.seq;
  let looking: Promise<void> | undefined;

  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    if (attempt.over) return never();
    failpoint.before();
    try {
      const done = await work();
      failpoint.after();
      return done;
    } catch (error) {
      attempt.broken = error;
      // Stop all work, because nothing that cannot be recorded must cost money.
      controller.abort(error);
      throw error;
    }
  }

  async function readSignals(): Promise<void> {
    const woken = await store.wakes(id);
    if (woken === seen) return;
    for await (const event of store.events(id, { after: readTo })) {
      if (event.type === "signal-received") readStored(journal, event);
      readTo = event.seq;
    }
    seen = woken;
  }

  const attempt: Attempt = {
    id,
    epoch,
    journal,
    waiters,
    clock,
    clean,
    controller,
    over: false,
    leaving: false,
    effects: new Set(),
    broken: undefined,
    scopes: createScopes(onQuiet),
    async write(events, once) {
      const cleaned = events.map((event) => withTexts(event, clean));
      const options = once === undefined ? { epoch } : { epoch, once };
      const answer = await guarded(() => store.append(id, cleaned, options));
      if (answer === "duplicate") return false;
      const time = new Date(clock.now()).toISOString();
      for (const event of cleaned) {
        readInto(journal, event, time);
        onEvent?.(event);
      }
      return true;
    },
    change(to, cause, actor) {
      const from = journal.status;
      if (from === to) return [];
      const event = (before: RequestStatus, after: RequestStatus, why: string): NewEvent => ({
        type: "request-status",
        data: { from: before, to: after, cause: why, actor },
      });
      if (mayBecome(from, to)) return [event(from, to, cause)];
      // A waiting request is in progress again before it ends.
      return [event(from, "IN_PROGRESS", "carried on"), event("IN_PROGRESS", to, cause)];
    },
    take(name, key) {
      for (const signal of journal.signals.values()) {
        if (signal.name !== name && signal.name !== addressOf(key)) continue;
        if (journal.delivered.has(signal.id)) continue;
        journal.delivered.add(signal.id);
        return signal;
      }
      return undefined;
    },
    async look() {
      looking ??= readSignals().finally(() => {
        looking = undefined;
      });
      await looking;
      if (attempt.over) return;
      for (const waiter of waiters) {
        const signal =
          waiter.name === undefined ? undefined : attempt.take(waiter.name, waiter.key);
        const late = waiter.until !== undefined && waiter.until <= clock.now();
        if (signal === undefined && !late) continue;
        waiters.delete(waiter);
        waiter.wake(signal);
      }
    },
    async suspend(dueAt, events = []) {
      const cleaned = events.map((event) => withTexts(event, clean));
      const done = await guarded(() =>
        store.suspend(id, epoch, {
          seen,
          events: cleaned,
          ...(dueAt === undefined ? {} : { dueAt: new Date(dueAt).toISOString() }),
        }),
      );
      if (done) for (const event of cleaned) onEvent?.(event);
      return done;
    },
  };
  return attempt;
}

/** The name of a signal for exactly one wait, even if others have the same name. */
export function addressOf(key: string): string {
  return `@${key}`;
}

/** A promise that never settles: code of an attempt that is over stops here. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
