/**
 * The budget of a run, and the reasons for its end.
 *
 * Evaluations are reserved before they are spent, so that concurrent batches cannot overshoot.
 */
import type { Clock } from "../../core/clock.ts";

export interface EvolveBudget {
  /** Candidates that run at least once. */
  readonly evaluations?: number;
  /** Wall clock of the search, without the choice and the sealed evaluation of its winner. */
  readonly seconds?: number;
  /** Model tokens of this run, prompts and replies together. */
  readonly tokens?: number;
  /** Model costs of this run in US dollars. */
  readonly usd?: number;
  /** Calls of models. */
  readonly calls?: number;
}

export type StopReason = "target" | "budget" | "stagnation" | "exhausted";

export interface RunBudget {
  /** @returns How many of the requested evaluations may start; these are reserved. */
  reserve(requested: number): number;
  /** A candidate runs: time counts from the first call on. Recorded results cost no time. */
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
    reserve(requested) {
      const granted = Math.min(requested, left);
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
