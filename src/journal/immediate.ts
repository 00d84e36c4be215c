/**
 * `Steps` in this process: results last as long as the memory object. Waits keep the process running.
 * For work outside of requests, and for tests of code that uses steps.
 */
import type { NewEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { Signal, Steps } from "../core/steps.ts";
import { createScopes } from "./scope.ts";

export interface StepsMemory {
  readonly done: Map<string, Json>;
  readonly begun: Map<string, number>;
  readonly traced: Set<string>;
  /** By wait; undefined if the deadline passed. */
  readonly waited: Map<string, Signal | undefined>;
  readonly signals: Signal[];
  readonly delivered: Set<string>;
  readonly events: NewEvent[];
  /** Called at every signal. */
  readonly listeners: Set<() => void>;
}

export function stepsMemory(): StepsMemory {
  return {
    done: new Map(),
    begun: new Map(),
    traced: new Set(),
    waited: new Map(),
    signals: [],
    delivered: new Set(),
    events: [],
    listeners: new Set(),
  };
}

/** @param signal Aborts running steps and every wait. */
export function immediateSteps(
  memory: StepsMemory = stepsMemory(),
  {
    signal = new AbortController().signal,
    now = Date.now,
  }: { readonly signal?: AbortSignal; readonly now?: () => number } = {},
): Steps {
  const scopes = createScopes(() => undefined);

  function take(name: string): Signal | undefined {
    const found = memory.signals.find(
      (each) => each.name === name && !memory.delivered.has(each.id),
    );
    if (found !== undefined) memory.delivered.add(found.id);
    return found;
  }

  /** Resolves with what `find` returns, or with undefined at the time. */
  function until<T>(find: () => T | undefined, time: number): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        memory.listeners.delete(check);
        signal.removeEventListener("abort", stop);
        end();
      };
      const check = (): void => {
        const found = find();
        if (found !== undefined) settle(() => resolve(found));
        else if (now() >= time) settle(() => resolve(undefined));
        else if (time < Infinity) timer = setTimeout(check, Math.min(time - now(), 60_000));
      };
      const stop = (): void => settle(() => reject(signal.reason));
      let timer: NodeJS.Timeout | undefined;
      memory.listeners.add(check);
      signal.addEventListener("abort", stop, { once: true });
      check();
    });
  }

  return {
    signal,
    async step<T extends Json>(name: string, body: Parameters<Steps["step"]>[1]): Promise<T> {
      signal.throwIfAborted();
      const key = scopes.key(name, "step");
      if (memory.done.has(key)) return memory.done.get(key) as T;
      const attempt = (memory.begun.get(key) ?? 0) + 1;
      memory.begun.set(key, attempt);
      const result = await scopes.within(key, () => body({ idempotencyKey: key, attempt, signal }));
      memory.done.set(key, result);
      return result as T;
    },
    async waitFor(name, { deadline } = {}) {
      signal.throwIfAborted();
      const key = scopes.key(name, "wait");
      if (memory.waited.has(key)) return memory.waited.get(key);
      const time = deadline === undefined ? Infinity : Date.parse(deadline);
      const received = await until(() => take(name), time);
      memory.waited.set(key, received);
      return received;
    },
    async sleepUntil(_name, time) {
      signal.throwIfAborted();
      await until(() => undefined, Date.parse(time));
    },
    async trace(name, events) {
      const key = scopes.key(name, "trace");
      if (memory.traced.has(key)) return;
      memory.traced.add(key);
      memory.events.push(...events);
    },
  };
}
