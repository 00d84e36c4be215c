/**
 * The reward of a result for the arm of an ensemble that wrote it: for a new best, its gain relative
 * to the usual gain; a small reward for an improvement over the parents; else 0.
 */
import type { ProposalResult } from "./generator.ts";

const IMPROVEMENT_REWARD = 0.02;

/**
 * Must be called for every result, in order.
 *
 * @param arm Undefined for a result that no arm wrote.
 * @returns In [0, 1), for any scale of the scores.
 */
export type Reward = (result: ProposalResult, arm: number | undefined) => number;

export function resultRewards(): Reward {
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
    // A program without parents is trivially better than all of them: compare it with its arm's best.
    const improved = proposal.parents.length > 0 ? result.improved : fitness > ownBefore;
    if (!result.best) return improved ? IMPROVEMENT_REWARD : 0;
    const gain = fitness - before;
    if (!Number.isFinite(gain) || gain <= 0) return IMPROVEMENT_REWARD;
    usualGain = usualGain === 0 ? gain : 0.9 * usualGain + 0.1 * gain;
    return gain / (gain + usualGain);
  };
}
