/**
 * What a run may spend, and why it ended.
 *
 * Evaluations are reserved before they are spent, so that batches in flight can not overshoot.
 */
import type { Clock } from "../core/clock.ts";

export interface EvolveBudget {
  /** Candidates that run at least once. */
  readonly evaluations?: number;
  /** Wall clock of the search; picking and sealing its winner come on top. */
  readonly seconds?: number;
}

export type StopReason = "target" | "budget" | "stagnation" | "exhausted";

export interface Meter {
  /** How many of the wanted evaluations may be started; they count from here on. */
  reserve(wanted: number): number;
  readonly spent: boolean;
  readonly seconds: number;
}

export function meter(budget: EvolveBudget, clock: Clock): Meter {
  const start = clock.monotonicMs();
  let left = budget.evaluations ?? Number.POSITIVE_INFINITY;
  const seconds = (): number => (clock.monotonicMs() - start) / 1000;
  return {
    reserve(wanted) {
      const granted = Math.min(wanted, left);
      left -= granted;
      return granted;
    },
    get spent() {
      return left <= 0 || seconds() >= (budget.seconds ?? Number.POSITIVE_INFINITY);
    },
    get seconds() {
      return seconds();
    },
  };
}
