/**
 * Carries on whatever is due in a home, so many at a time, until it is told to stop: requests that
 * sleep or were answered need no process of their own.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { EventStore } from "../core/ports.ts";

export interface WorkerOptions {
  /** Requests at once. Default 4. */
  readonly concurrency?: number;
  /** How often to look for due ones. Default 250. */
  readonly everyMs?: number;
  /** Ends when nothing is due and nothing under way. */
  readonly untilIdle?: boolean;
  readonly onError?: (requestId: string, error: unknown) => void;
}

/** @param live One life of a request; a rejection is told to `onError`, and others go on. */
export async function work(
  store: EventStore,
  live: (requestId: string) => Promise<void>,
  { concurrency = 4, everyMs = 250, untilIdle = false, onError }: WorkerOptions,
  stop: AbortSignal,
): Promise<void> {
  const underWay = new Map<string, Promise<void>>();
  /** What failed here is left for a while: another process, or a mended disk, may do better. */
  const notBefore = new Map<string, number>();
  const RETRY_MS = 5_000;

  const begin = (id: string): void => {
    const life = live(id)
      .catch((error: unknown) => {
        notBefore.set(id, Date.now() + RETRY_MS);
        onError?.(id, error);
      })
      .finally(() => underWay.delete(id));
    underWay.set(id, life);
  };

  while (!stop.aborted) {
    const due = await dueOrNone(store, onError);
    const ready = due.filter((id) => !underWay.has(id) && (notBefore.get(id) ?? 0) <= Date.now());
    for (const id of ready.slice(0, concurrency - underWay.size)) begin(id);
    if (untilIdle && underWay.size === 0) return;
    const full = underWay.size >= concurrency || ready.length > 0;
    const pause = sleep(everyMs, undefined, { signal: stop }).catch(() => undefined);
    await (full && underWay.size > 0 ? Promise.race([...underWay.values(), pause]) : pause);
  }
  await Promise.all(underWay.values());
}

/** A store that is busy or full for a moment is no reason to end. */
async function dueOrNone(
  store: EventStore,
  onError: WorkerOptions["onError"],
): Promise<readonly string[]> {
  try {
    return await store.due();
  } catch (error) {
    onError?.("", error);
    return [];
  }
}
