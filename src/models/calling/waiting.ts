/** Waiting that an abort ends at once, and a deadline that can be pushed back. */
import { modelError } from "./model-errors.ts";

/** Resolves after `ms`; rejects with the signal's reason when aborted first. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export const systemSleep: Sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });

/** The running deadline of `withDeadline`. */
export interface Deadline {
  /** Starts it anew: something came. */
  renew(): void;
  /** Stops it until the next `renew`: the wait is not the provider's. */
  suspend(): void;
}

/**
 * Runs `work` for at most `timeoutMs` since its start or the last `renew`.
 *
 * Settles at the deadline even if `work` ignores its signal.
 *
 * @throws ModelError MODEL_TIMEOUT at the deadline; the signal's reason on abort.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal, deadline: Deadline) => Promise<T>,
  { timeoutMs, what }: { readonly timeoutMs: number; readonly what: string },
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const inner = new AbortController();
  let fail: (reason: unknown) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    fail = (reason) => {
      reject(reason);
      inner.abort(reason);
    };
  });
  const expire = (): void =>
    fail(
      modelError(
        "MODEL_TIMEOUT",
        `${what} gave nothing for ${timeoutMs} ms. Raise timeoutMs or ask for less.`,
        {
          timeoutMs,
        },
      ),
    );
  const stop = (): void => fail(signal.reason);
  let timer = setTimeout(expire, timeoutMs);
  const renew = (): void => {
    clearTimeout(timer);
    timer = setTimeout(expire, timeoutMs);
  };
  const suspend = (): void => clearTimeout(timer);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work(inner.signal, { renew, suspend }), ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    // Nobody may be listening when the work won the race.
    ended.catch(() => {});
  }
}
