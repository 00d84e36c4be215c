/**
 * How a provider is called: as many calls at once as it serves well (concurrency.ts), so many a minute,
 * again after a failure that may pass, and not at all if the reply would come too late.
 *
 * Takes an attempt, gives its result. Both dialects share it, so that limits and retries behave the
 * same behind every provider.
 */
import { type Clock, systemClock } from "../../core/clock.ts";
import { BudgetExceededError, ModelError } from "../../core/errors.ts";
import { type AdjustableLimiter, adjustableLimiter } from "../../core/limiter.ts";
import { type Random, seededRandom } from "../../core/random.ts";
import { type CallEnd, type Concurrency, concurrencyOf } from "./concurrency.ts";
import { replyTimes } from "./reply-times.ts";
import { type Deadline, type Sleep, systemSleep, withDeadline } from "./waiting.ts";

export interface CallPolicyOptions {
  /** Of one attempt, from its start to its end. Default 1 800 000. */
  readonly timeoutMs?: number;
  /** Longest silence of one attempt: before the reply begins, and between its pieces. Default 300 000. */
  readonly silenceMs?: number;
  /** Further attempts after the first. Default 4. */
  readonly maxRetries?: number;
  /** Most attempts in flight. Up to it, their number adapts to the server. */
  readonly maxConcurrent?: number;
  /** Starts of attempts, evenly spaced. Default: no such limit. */
  readonly requestsPerMinute?: number;
  /** Its base URL. All who call it with the same limits share them. Default: this model alone. */
  readonly server?: string;
  /** Milliseconds until a reply is of no use any more. Default: it always is. */
  readonly leftMs?: () => number;
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
  readonly gate: AdjustableLimiter;
  readonly concurrency: Concurrency;
  nextStart: number;
  pausedUntil: number;
}

/** By server and limits: several models, roles and requests call one server. */
const SHARED = new Map<string, Turns>();

type Work<T> = (signal: AbortSignal, attempt: Attempt) => Promise<T>;

export type CallPolicy = <T>(work: Work<T>, signal: AbortSignal) => Promise<T>;

/** Attempts in flight at the start. */
const FIRST_CONCURRENT = 2;
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
    leftMs = () => Number.POSITIVE_INFINITY,
    clock = systemClock,
    sleep = systemSleep,
    random = seededRandom(systemClock.now(), "jitter"),
  }: CallPolicyOptions,
): CallPolicy {
  const spacingMs = requestsPerMinute === undefined ? 0 : 60_000 / requestsPerMinute;
  const turns = turnsOf(server, maxConcurrent, requestsPerMinute);
  const { gate, concurrency } = turns;
  const times = replyTimes();

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

  /** Counts the call as in flight, and learns from its end. */
  const inFlight = async <T>(call: () => Promise<T>): Promise<T> => {
    const startMs = clock.monotonicMs();
    const started = concurrency.started(startMs, gate.active);
    let end: CallEnd = "failed";
    try {
      const result = await call();
      end = "replied";
      times.add(clock.monotonicMs() - startMs);
      return result;
    } catch (error) {
      if (isOverload(error)) end = "overloaded";
      throw error;
    } finally {
      concurrency.ended(started, clock.monotonicMs(), end, gate.waiting);
      gate.resize(concurrency.limit);
    }
  };

  /** @returns The result, or how long to wait before the next attempt. */
  const attempt = async <T>(
    work: Work<T>,
    tries: number,
    onSent: () => void,
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
      if (times.tooLong(leftMs())) throw tooLate(what);
      onSent();
      const result = await inFlight(() =>
        withDeadline(
          (inner, deadline) => work(inner, { ...deadline, commit, came }),
          { timeoutMs, silenceMs, what },
          signal,
        ),
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
    let sent = false;
    const onSent = (): void => {
      sent = true;
    };
    try {
      for (let tries = 1; ; tries++) {
        const end = await gate.run(() => attempt(work, tries, onSent, signal), signal);
        if ("result" in end) return end.result;
        await sleep(end.waitMs, signal);
      }
    } catch (error) {
      throw !sent && error instanceof BudgetExceededError ? unsent(error) : error;
    }
  };
}

function turnsOf(
  server: string | undefined,
  maxConcurrent: number | undefined,
  requestsPerMinute: number | undefined,
): Turns {
  const key = server === undefined ? undefined : `${server} ${maxConcurrent} ${requestsPerMinute}`;
  const known = key === undefined ? undefined : SHARED.get(key);
  if (known !== undefined) return known;
  const concurrency = concurrencyOf(isLoopback(server) ? 1 : FIRST_CONCURRENT, maxConcurrent);
  const gate = adjustableLimiter(concurrency.limit);
  const turns: Turns = { gate, concurrency, nextStart: 0, pausedUntil: 0 };
  if (key !== undefined) SHARED.set(key, turns);
  return turns;
}

/** A server of one's own machine often works off one call at a time. */
function isLoopback(server: string | undefined): boolean {
  if (server === undefined || !URL.canParse(server)) return false;
  return /^(?:(?:.*\.)?localhost|127\.[\d.]+|\[::1\])$/.test(new URL(server).hostname);
}

/** Too many requests, no capacity, or no answer in time. */
function isOverload(error: unknown): boolean {
  if (!(error instanceof ModelError)) return false;
  const { code, facts } = error;
  const isFull = code === "MODEL_UNAVAILABLE" && (facts.status === 503 || facts.status === 529);
  return isFull || code === "MODEL_RATE_LIMITED" || code === "MODEL_TIMEOUT";
}

function tooLate(what: string): BudgetExceededError {
  return new BudgetExceededError(
    `The time that is left is shorter than ${what} needs for a reply. Raise the budget in seconds.`,
    { facts: { unit: "seconds" } },
  );
}

/** The time was over before the call was sent: it costs nothing. */
function unsent({ message, facts }: BudgetExceededError): BudgetExceededError {
  return new BudgetExceededError(message, { facts: { ...facts, served: false } });
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
