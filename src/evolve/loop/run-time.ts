/** The time of a run: when it counts, what is left, and the two signals at its end. */
import type { Clock } from "../../core/clock.ts";
import { BudgetExceededError } from "../../core/errors.ts";

/** After the deadline, what was proposed before it may still run this long. */
const LAST_RUNS_MS = 800;
/** The longest that a timer can wait. */
const LONGEST_TIMER_MS = 2_147_483_647;

export interface RunTime {
  /** Work begins that no record has: time counts from the first call on. */
  begin(): void;
  readonly seconds: number;
  /** Infinite without a limit, and before `begin`: recorded work costs no time. */
  leftMs(): number;
  /** Aborted at the limit, with a BudgetExceededError: nothing more is generated. */
  readonly deadline: AbortSignal;
  /** Aborted a moment later, with the same error: nothing more is evaluated. */
  readonly end: AbortSignal;
  /** Clears the timers. */
  close(): void;
}

/**
 * @param limitSeconds Undefined: no limit.
 * @param beforeSeconds What the run had spent before it was resumed.
 */
export function runTime(
  limitSeconds: number | undefined,
  clock: Clock,
  beforeSeconds = 0,
): RunTime {
  const limitMs = (limitSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
  const deadline = new AbortController();
  const end = new AbortController();
  let startMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  const spentMs = (): number =>
    startMs === undefined ? 0 : beforeSeconds * 1_000 + clock.monotonicMs() - startMs;
  const leftMs = (): number =>
    startMs === undefined ? Number.POSITIVE_INFINITY : limitMs - spentMs();

  /** Looks at the clock again when the time may be over: timers and clocks can disagree. */
  const watch = (): void => {
    const left = leftMs();
    if (left > 0) {
      after(left, watch);
      return;
    }
    const reason = new BudgetExceededError(
      `The ${limitSeconds} seconds of the run are over. For more, raise the budget in seconds.`,
      { facts: { unit: "seconds", limit: limitSeconds ?? null } },
    );
    after(LAST_RUNS_MS, () => end.abort(reason));
    deadline.abort(reason);
  };
  const after = (ms: number, then: () => void): void => {
    timer = setTimeout(then, Math.min(Math.ceil(ms), LONGEST_TIMER_MS));
    timer.unref();
  };

  return {
    begin() {
      if (startMs !== undefined) return;
      startMs = clock.monotonicMs();
      if (limitSeconds !== undefined) watch();
    },
    get seconds() {
      return spentMs() / 1_000;
    },
    leftMs,
    deadline: deadline.signal,
    end: end.signal,
    close: () => clearTimeout(timer),
  };
}
