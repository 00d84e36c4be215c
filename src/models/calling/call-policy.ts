/**
 * How a provider is called: so many at once, so many a minute, again after a failure that may pass.
 *
 * Takes an attempt, gives its result. Both dialects share it, so that limits and retries behave the
 * same behind every provider.
 */
import { type Clock, systemClock } from "../../core/clock.ts";
import { ModelError } from "../../core/errors.ts";
import { limiter } from "../../core/limiter.ts";
import { type Random, seededRandom } from "../../core/random.ts";
import { type Deadline, type Sleep, systemSleep, withDeadline } from "./waiting.ts";

export interface CallPolicyOptions {
  /** Of one attempt, from its start to its end. Default 1 800 000. */
  readonly timeoutMs?: number;
  /** Longest silence of one attempt: before the reply begins, and between its pieces. Default 300 000. */
  readonly silenceMs?: number;
  /** Further attempts after the first. Default 4. */
  readonly maxRetries?: number;
  /** Attempts in flight. Default 8. */
  readonly maxConcurrent?: number;
  /** Starts of attempts, evenly spaced. Default: no such limit. */
  readonly requestsPerMinute?: number;
  /** The limits above are shared by all who call this server with them. Default: this model alone. */
  readonly server?: string;
  /** A Retry-After beyond this is not waited for. Default 60 000. */
  readonly maxRetryAfterMs?: number;
  readonly clock?: Clock;
  readonly sleep?: Sleep;
  /** Jitter alone; it decides no reply. */
  readonly random?: Random;
}

export interface Attempt extends Deadline {
  /** What was passed on cannot be taken back: from here on a failure is final. */
  commit(): void;
  /** So many characters of the reply came: if the attempt fails, they are paid for. */
  came(characters: number): void;
}

/** Who calls now and who may call next. */
interface Turns {
  readonly limit: ReturnType<typeof limiter>;
  nextStart: number;
  pausedUntil: number;
}

/** Of servers whose limits somebody has set: several models, roles and requests call one server. */
const SHARED = new Map<string, Turns>();

type Work<T> = (signal: AbortSignal, attempt: Attempt) => Promise<T>;

export type CallPolicy = <T>(work: Work<T>, signal: AbortSignal) => Promise<T>;

/** First wait of the back-off; it doubles up to the ceiling. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;

/**
 * The policy of one model. `work` rejects with ModelError; `facts.retryAfterMs` is honoured by all
 * callers of this model, since the provider speaks to all of them.
 */
export function callPolicy(
  what: string,
  {
    timeoutMs = 1_800_000,
    silenceMs = 300_000,
    maxRetries = 4,
    maxConcurrent,
    requestsPerMinute,
    server,
    maxRetryAfterMs = 60_000,
    clock = systemClock,
    sleep = systemSleep,
    random = seededRandom(systemClock.now(), "jitter"),
  }: CallPolicyOptions,
): CallPolicy {
  const spacingMs = requestsPerMinute === undefined ? 0 : 60_000 / requestsPerMinute;
  const turns = turnsOf(server, maxConcurrent, requestsPerMinute);

  const turn = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      const now = clock.monotonicMs();
      const wait = Math.max(turns.pausedUntil, turns.nextStart) - now;
      if (wait <= 0) {
        turns.nextStart = Math.max(turns.nextStart, now) + spacingMs;
        return;
      }
      await sleep(wait, signal);
    }
  };

  /** @returns The result, or how long to wait before the next attempt. */
  const attempt = async <T>(
    work: Work<T>,
    tries: number,
    signal: AbortSignal,
  ): Promise<{ readonly result: T } | { readonly waitMs: number }> => {
    let committed = false;
    let received = 0;
    const commit = (): void => {
      committed = true;
    };
    const came = (characters: number): void => {
      received += characters;
    };
    try {
      await turn(signal);
      const result = await withDeadline(
        (inner, deadline) => work(inner, { ...deadline, commit, came }),
        { timeoutMs, silenceMs, what },
        signal,
      );
      return { result };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ModelError)) throw error;
      const asked = error.facts.retryAfterMs;
      const waitMs = typeof asked === "number" ? asked : backOff(tries, random);
      // After such a long silence one more attempt is made: each of them may be charged.
      const most = error.facts.limit === undefined ? maxRetries : Math.min(1, maxRetries);
      const final = committed || !error.retryable || tries > most || waitMs > maxRetryAfterMs;
      // A reply that was paid for and could not be read is the caller's to ask again.
      if (final || error.facts.paid === true) throw counted(error, tries, received);
      if (typeof asked === "number") {
        turns.pausedUntil = Math.max(turns.pausedUntil, clock.monotonicMs() + waitMs);
      }
      return { waitMs };
    }
  };

  return async (work, signal) => {
    for (let tries = 1; ; tries++) {
      const end = await turns.limit(() => attempt(work, tries, signal), signal);
      if ("result" in end) return end.result;
      await sleep(end.waitMs, signal);
    }
  };
}

function turnsOf(
  server: string | undefined,
  maxConcurrent: number | undefined,
  requestsPerMinute: number | undefined,
): Turns {
  const limited = maxConcurrent !== undefined || requestsPerMinute !== undefined;
  const key =
    server === undefined || !limited
      ? undefined
      : `${server} ${maxConcurrent} ${requestsPerMinute}`;
  const known = key === undefined ? undefined : SHARED.get(key);
  if (known !== undefined) return known;
  const turns: Turns = { limit: limiter(maxConcurrent ?? 8), nextStart: 0, pausedUntil: 0 };
  if (key !== undefined) SHARED.set(key, turns);
  return turns;
}

/** Full jitter over the upper half: spreads callers out, and never retries at once. */
function backOff(tries: number, random: Random): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
  return ceiling * (0.5 + random.next() / 2);
}

/** @param received Characters of the reply that the last attempt got. */
function counted(error: ModelError, attempts: number, received: number): ModelError {
  return new ModelError(error.code, error.message, {
    facts: { ...error.facts, attempts, received },
    retryable: error.retryable,
  });
}
