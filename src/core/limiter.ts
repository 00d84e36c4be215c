/** Work side by side, so many pieces at a time, first come first served. */
import pLimit from "p-limit";

/**
 * Runs a piece of work as soon as there is room, and settles as it does. A piece that is aborted
 * while it waits rejects at once with the signal's reason, and never starts; one that has started
 * has to watch the signal itself.
 */
export type Limiter = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** @param atOnce Pieces under way at a time; below 1 counts as 1. */
export function limiter(atOnce: number): Limiter {
  const limit = pLimit(Math.max(1, atOnce));
  return (work, signal) => {
    if (signal === undefined) return limit(work);
    return new Promise((resolve, reject) => {
      const leave = (): void => reject(signal.reason);
      signal.addEventListener("abort", leave, { once: true });
      const admitted = limit(() => {
        signal.removeEventListener("abort", leave);
        signal.throwIfAborted();
        return work();
      });
      admitted.then(resolve, reject);
      if (signal.aborted) leave();
    });
  };
}

/**
 * @param atOnce Items at work at a time; below 1 counts as 1.
 * @returns One result per item, in their order. After a failure no further item is begun; those at
 * work are awaited, so that nothing goes on behind the caller's back, and the failure that came
 * first is thrown.
 */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const failed = new AbortController();
  const limit = limiter(atOnce);
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
