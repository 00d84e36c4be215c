/**
 * The budget of a run, and the reasons for its end.
 *
 * Evaluations are reserved before they are spent, so that concurrent batches cannot overshoot.
 */
import type { RunTime } from "./run-time.ts";

export interface EvolveBudget {
  /** Candidates that run at least once. */
  readonly evaluations?: number;
  /** Wall clock of the search. The seeds always run; choosing and scoring the winner comes after it. */
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
  readonly spent: boolean;
}

export function runBudget(limit: EvolveBudget, time: RunTime): RunBudget {
  let left = limit.evaluations ?? Number.POSITIVE_INFINITY;
  return {
    reserve(requested) {
      const granted = Math.min(requested, left);
      left -= granted;
      return granted;
    },
    get spent() {
      return left <= 0 || time.leftMs() <= 0;
    },
  };
}
