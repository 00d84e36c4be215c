/**
 * Noisy scores: measurements that differ between runs of the same program.
 *
 * One lucky measurement must not make a program the best. A candidate that scores among the elite is
 * measured again before it is registered, with its mean; the finalists of a run are measured again,
 * and the best lower bound wins.
 */
import type { Evaluation } from "../../core/ports.ts";

/** Total number of measurements of a candidate that scores among the elite. */
export const ELITE_SAMPLES = 5;
/** A candidate belongs to the elite if its fitness reaches that of this rank. */
export const ELITE_RANK = 8;
/** Further measurements of each finalist that remains after the first one. */
export const FINAL_SAMPLES = 9;

export interface Measured {
  /** Means over the measurements, per instance. */
  readonly scores: readonly number[];
  /** Mean over the measurements. */
  readonly fitness: number;
  /** Standard error of `fitness`: sample standard deviation over the square root of `samples`. */
  readonly error: number;
  readonly samples: number;
}

/**
 * @param evaluations One per measurement, at least one, over the same instances.
 * @returns The first failure if there is one: a program that fails sometimes is not acceptable.
 */
export function average(
  evaluations: readonly Evaluation[],
): Measured | (Evaluation & { status: "failed" }) {
  const scored: (Evaluation & { status: "scored" })[] = [];
  for (const evaluation of evaluations) {
    if (evaluation.status === "failed") return evaluation;
    scored.push(evaluation);
  }
  const samples = scored.length;
  const fitness = mean(scored.map((each) => each.fitness));
  const squares = scored.reduce((sum, each) => sum + (each.fitness - fitness) ** 2, 0);
  return {
    scores: (scored[0]?.scores ?? []).map((_, at) =>
      mean(scored.map(({ scores }) => scores[at] ?? 0)),
    ),
    fitness,
    error: samples < 2 ? 0 : Math.sqrt(squares / (samples - 1) / samples),
    samples,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
