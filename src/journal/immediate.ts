/**
 * `Steps` in this process: what is done stays done as long as its memory is kept. Waits hold the
 * process. For work that is no request of its own, and for tests of what takes steps.
 */
import type { NewEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { Signal, Steps } from "../core/steps.ts";
import { createScopes } from "./scope.ts";

export interface StepsMemory {
  readonly done: Map<string, Json>;
  readonly begun: Map<string, number>;
  readonly told: Set<string>;
  /** By wait; undefined: the deadline passed. */
  readonly waited: Map<string, Signal | undefined>;
  readonly signals: Signal[];
  readonly delivered: Set<string>;
  readonly events: NewEvent[];
  /** Woken by every signal. */
  readonly listeners: Set<() => void>;
}

export function stepsMemory(): StepsMemory {
  return {
    done: new Map(),
    begun: new Map(),
    told: new Set(),
    waited: new Map(),
    signals: [],
    delivered: new Set(),
    events: [],
    listeners: new Set(),
  };
}

/** @param signal Aborts what is under way, and every wait. */
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

  /** Resolves with what `look` finds, or undefined at the time. */
  function until<T>(look: () => T | undefined, time: number): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        memory.listeners.delete(again);
        signal.removeEventListener("abort", stop);
        end();
      };
      const again = (): void => {
        const found = look();
        if (found !== undefined) settle(() => resolve(found));
        else if (now() >= time) settle(() => resolve(undefined));
        else if (time < Infinity) timer = setTimeout(again, Math.min(time - now(), 60_000));
      };
      const stop = (): void => settle(() => reject(signal.reason));
      let timer: NodeJS.Timeout | undefined;
      memory.listeners.add(again);
      signal.addEventListener("abort", stop, { once: true });
      again();
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
      const said = await until(() => take(name), time);
      memory.waited.set(key, said);
      return said;
    },
    async sleepUntil(_name, time) {
      signal.throwIfAborted();
      await until(() => undefined, Date.parse(time));
    },
    async trace(name, events) {
      const key = scopes.key(name, "trace");
      if (memory.told.has(key)) return;
      memory.told.add(key);
      memory.events.push(...events);
    },
  };
}
