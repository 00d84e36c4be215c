/**
 * What a run may spend, and why it ended.
 *
 * Evaluations are reserved before they are spent, so that batches in flight cannot overshoot.
 */
import type { Clock } from "../../core/clock.ts";

export interface EvolveBudget {
  /** Candidates that run at least once. */
  readonly evaluations?: number;
  /** Wall clock of the search; picking and sealing its winner come on top. */
  readonly seconds?: number;
  /** What models may use for this run, prompts and replies together. */
  readonly tokens?: number;
  /** US dollars that models may cost for this run. */
  readonly usd?: number;
  /** Calls of models. */
  readonly calls?: number;
}

export type StopReason = "target" | "budget" | "stagnation" | "exhausted";

export interface RunBudget {
  /** How many of the wanted evaluations may be started; they count from here on. */
  reserve(wanted: number): number;
  /** A candidate runs: from the first one on, time counts. What is only read back costs none. */
  begin(): void;
  readonly spent: boolean;
  readonly seconds: number;
}

/** @param before Seconds that the run had spent before it was resumed. */
export function runBudget(limit: EvolveBudget, clock: Clock, before?: number): RunBudget {
  let start = before === undefined ? clock.monotonicMs() : undefined;
  let left = limit.evaluations ?? Number.POSITIVE_INFINITY;
  const seconds = (): number =>
    start === undefined ? 0 : (before ?? 0) + (clock.monotonicMs() - start) / 1000;
  return {
    begin() {
      start ??= clock.monotonicMs();
    },
    reserve(wanted) {
      const granted = Math.min(wanted, left);
      left -= granted;
      return granted;
    },
    get spent() {
      return left <= 0 || seconds() >= (limit.seconds ?? Number.POSITIVE_INFINITY);
    },
    get seconds() {
      return seconds();
    },
  };
}
