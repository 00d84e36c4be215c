/** Waiting that an abort ends at once, and limits on silence and on the whole. */
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
  /** Something came: the silence starts again. */
  renew(): void;
  /** No silence is counted until the next `renew`: the wait is not the provider's. */
  suspend(): void;
}

export interface Limits {
  /** Longest silence. */
  readonly silenceMs: number;
  /** From the start to the end. */
  readonly timeoutMs: number;
  /** Whose they are. */
  readonly what: string;
}

/**
 * Runs `work` until it is silent for too long, or takes too long as a whole. Settles then even if
 * `work` ignores its signal.
 *
 * @throws ModelError MODEL_TIMEOUT at a limit; the signal's reason on abort.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal, deadline: Deadline) => Promise<T>,
  { silenceMs, timeoutMs, what }: Limits,
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
  const late = (words: string, limit: string, ms: number) => (): void =>
    fail(
      modelError(
        "MODEL_TIMEOUT",
        `${what} ${words} ${ms / 1_000} s. Raise model.${limit} or ask for less.`,
        { limit, limitMs: ms },
      ),
    );
  const expire = late("sent nothing for", "silenceSeconds", silenceMs);
  const stop = (): void => fail(signal.reason);
  let silence = setTimeout(expire, silenceMs);
  const whole = setTimeout(late("did not end within", "timeoutSeconds", timeoutMs), timeoutMs);
  const suspend = (): void => clearTimeout(silence);
  const renew = (): void => {
    clearTimeout(silence);
    silence = setTimeout(expire, silenceMs);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work(inner.signal, { renew, suspend }), ended]);
  } finally {
    clearTimeout(silence);
    clearTimeout(whole);
    signal.removeEventListener("abort", stop);
    // When the work ends first, nothing waits for this rejection.
    ended.catch(() => {});
  }
}
