/**
 * One life of a request: what a process holds of it from the claim to its end, its next wait, or the
 * moment in which another process takes it over.
 *
 * Everything that a life writes goes through here, under its claim. Once it is over, nothing of it
 * goes on: what was awaited stays pending, and is collected with it.
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

export interface LifePorts {
  readonly store: EventStore;
  readonly clock: Clock;
  /** Takes secrets out of what is to be stored. */
  readonly clean: (value: Json) => Json;
  readonly failpoint: Failpoint;
  /** Every event of a life, once it is on disk. */
  readonly onEvent?: (event: NewEvent) => void;
}

/** Somebody who waits in this life: for a signal of a name, a time, or whichever comes first. */
export interface Waiter {
  readonly key: string;
  readonly name?: string;
  /** Milliseconds since the epoch. */
  readonly until?: number;
  /** undefined: the time came. */
  readonly wake: (signal: Signal | undefined) => void;
}

export interface Life {
  readonly id: string;
  readonly epoch: number;
  readonly journal: Journal;
  readonly scopes: Scopes;
  readonly waiters: Set<Waiter>;
  readonly clock: Clock;
  readonly clean: (value: Json) => Json;
  /** Aborted when the request is canceled or taken over. */
  readonly controller: AbortController;
  over: boolean;
  /** Why the journal can not be written any more. */
  broken: unknown;
  /** @returns false if it was written by an earlier life. @throws StoreError FENCED */
  write(events: readonly NewEvent[], once?: string): Promise<boolean>;
  /** The event of a change, for `write`. */
  change(to: RequestStatus, cause: string, actor: Actor): readonly NewEvent[];
  /** The first signal for a wait that none got; it is this caller's from now on. */
  take(name: string, key: string): Signal | undefined;
  /** Reads signals that came meanwhile and wakes who waits for them, or whose time has come. */
  look(): Promise<void>;
  /** Gives the request back, to be carried on at `dueAt`, unless there is news. */
  suspend(dueAt: number | undefined, events?: readonly NewEvent[]): Promise<boolean>;
}

export type Actor = "engine" | "user";

export function createLife(
  { store, clock, clean, failpoint, onEvent }: LifePorts,
  id: string,
  epoch: number,
  journal: Journal,
  onQuiet: () => void,
): Life {
  const controller = new AbortController();
  const waiters = new Set<Waiter>();
  /** What `wakes` said when signals were last read. */
  let seen = -1;
  let readTo = journal.seq;
  let looking: Promise<void> | undefined;

  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    if (life.over) return never();
    failpoint.before();
    try {
      const done = await work();
      failpoint.after();
      return done;
    } catch (error) {
      life.broken = error;
      // Nobody else is to be paid for what can not be written down.
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

  const life: Life = {
    id,
    epoch,
    journal,
    waiters,
    clock,
    clean,
    controller,
    over: false,
    broken: undefined,
    scopes: createScopes(onQuiet),
    async write(events, once) {
      const kept = events.map((event) => withTexts(event, clean));
      const options = once === undefined ? { epoch } : { epoch, once };
      const answer = await guarded(() => store.append(id, kept, options));
      if (answer === "duplicate") return false;
      const time = new Date(clock.now()).toISOString();
      for (const event of kept) {
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
      // What waited goes on before it ends.
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
      if (life.over) return;
      for (const waiter of waiters) {
        const signal = waiter.name === undefined ? undefined : life.take(waiter.name, waiter.key);
        const late = waiter.until !== undefined && waiter.until <= clock.now();
        if (signal === undefined && !late) continue;
        waiters.delete(waiter);
        waiter.wake(signal);
      }
    },
    async suspend(dueAt, events = []) {
      const kept = events.map((event) => withTexts(event, clean));
      const done = await guarded(() =>
        store.suspend(id, epoch, {
          seen,
          events: kept,
          ...(dueAt === undefined ? {} : { dueAt: new Date(dueAt).toISOString() }),
        }),
      );
      if (done) for (const event of kept) onEvent?.(event);
      return done;
    },
  };
  return life;
}

/** The name of a signal that is meant for one wait, and no other of its name. */
export function addressOf(key: string): string {
  return `@${key}`;
}

/** What a life that is over has nothing more to say to. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
