/** Limits the number of concurrent tasks; first come, first served. */
import pLimit from "p-limit";

/**
 * Runs a task as soon as the limit allows, and settles as the task does. A task that is aborted
 * while it waits rejects at once with the signal's reason and never starts. A started task must
 * observe the signal itself.
 */
export type Limiter = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** A limiter whose limit changes while tasks run and wait. */
export interface AdjustableLimiter {
  readonly run: Limiter;
  /** Tasks that run now. */
  readonly active: number;
  /** Tasks that wait for their start. */
  readonly waiting: number;
  /** Running tasks finish also above a lower limit. */
  resize(concurrency: number): void;
}

/** @param concurrency Tasks that run at the same time; below 1 counts as 1. */
export function limiter(concurrency: number): Limiter {
  return adjustableLimiter(concurrency).run;
}

/** @param concurrency As for `limiter`. */
export function adjustableLimiter(concurrency: number): AdjustableLimiter {
  const limit = pLimit(Math.max(1, concurrency));
  const run: Limiter = (work, signal) => {
    if (signal === undefined) return limit(work);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      const admitted = limit(() => {
        signal.removeEventListener("abort", onAbort);
        signal.throwIfAborted();
        return work();
      });
      admitted.then(resolve, reject);
      if (signal.aborted) onAbort();
    });
  };
  return {
    run,
    get active() {
      return limit.activeCount;
    },
    get waiting() {
      return limit.pendingCount;
    },
    resize(to) {
      limit.concurrency = Math.max(1, to);
    },
  };
}

/**
 * @param concurrency Items processed at the same time; below 1 counts as 1.
 * @returns One result per item, in order. After a failure no further item starts. The running items
 * are awaited, so that no work continues after the return, and the first failure is thrown.
 */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const failed = new AbortController();
  const limit = limiter(concurrency);
  const each = items.map((item) =>
    limit(async () => {
      try {
        return await work(item);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }, failed.signal),
  );
  await Promise.allSettled(each);
  failed.signal.throwIfAborted();
  return Promise.all(each);
}
