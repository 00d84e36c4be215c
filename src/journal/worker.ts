/**
 * Resumes due requests of a home, a limited number at a time, until it is stopped: requests that sleep
 * or were answered do not need their own process.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { EventStore } from "../core/ports.ts";

export interface WorkerOptions {
  /** Requests at the same time. Default 4. */
  readonly concurrency?: number;
  /** Interval between checks for due requests. Default 250. */
  readonly everyMs?: number;
  /** Ends when nothing is due and nothing is running. */
  readonly untilIdle?: boolean;
  readonly onError?: (requestId: string, error: unknown) => void;
}

/** @param runAttempt Runs one attempt at a request; a rejection is reported to `onError`, and other requests continue. */
export async function work(
  store: EventStore,
  runAttempt: (requestId: string) => Promise<void>,
  { concurrency = 4, everyMs = 250, untilIdle = false, onError }: WorkerOptions,
  stop: AbortSignal,
): Promise<void> {
  const running = new Map<string, Promise<void>>();
  /** A request that failed here is skipped for a while: another process may succeed, or the disk may be repaired. */
  const notBefore = new Map<string, number>();
  const RETRY_MS = 5_000;

  const begin = (id: string): void => {
    const attempt = runAttempt(id)
      .catch((error: unknown) => {
        notBefore.set(id, Date.now() + RETRY_MS);
        onError?.(id, error);
      })
      .finally(() => running.delete(id));
    running.set(id, attempt);
  };

  while (!stop.aborted) {
    const due = await dueOrNone(store, onError);
    const ready = due.filter((id) => !running.has(id) && (notBefore.get(id) ?? 0) <= Date.now());
    for (const id of ready.slice(0, concurrency - running.size)) begin(id);
    if (untilIdle && running.size === 0) return;
    const full = running.size >= concurrency || ready.length > 0;
    const pause = sleep(everyMs, undefined, { signal: stop }).catch(() => undefined);
    await (full && running.size > 0 ? Promise.race([...running.values(), pause]) : pause);
  }
  await Promise.all(running.values());
}

/** A store that is temporarily busy or full does not end the worker. */
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
