/**
 * What a result is worth to the arm of an ensemble that wrote it: a gain over everything so far
 * against the gains that are usual, a little for an improvement that may lead on, else nothing.
 */
import type { ProposalResult } from "./generator.ts";

/** What an improvement is worth against a new best. */
const IMPROVED_WORTH = 0.02;

/**
 * @param arm Undefined for what no arm wrote.
 * @returns In [0, 1), whatever the scale of the scores. To be asked about every result, in order.
 */
export type Worth = (result: ProposalResult, arm: number | undefined) => number;

export function worthOfResults(): Worth {
  let best = Number.NEGATIVE_INFINITY;
  let usualGain = 0;
  const bestOf = new Map<number | undefined, number>();

  return (result, arm) => {
    const { status, fitness, proposal } = result;
    if (status !== "scored" || fitness === undefined) return 0;
    const before = best;
    best = Math.max(best, fitness);
    const ownBefore = bestOf.get(arm) ?? Number.NEGATIVE_INFINITY;
    bestOf.set(arm, Math.max(ownBefore, fitness));
    // What has no parents is above all of them: it improves on what its arm wrote, or on nothing.
    const improved = proposal.parents.length > 0 ? result.improved : fitness > ownBefore;
    if (!result.best) return improved ? IMPROVED_WORTH : 0;
    const gain = fitness - before;
    if (!Number.isFinite(gain) || gain <= 0) return IMPROVED_WORTH;
    usualGain = usualGain === 0 ? gain : 0.9 * usualGain + 0.1 * gain;
    return gain / (gain + usualGain);
  };
}
