/**
 * Selection of clusters and of programs within them.
 *
 * The published softmax over scores depends on their scale: with bin counts it is purely greedy,
 * divided by the largest score it is almost uniform. Here the clusters of an island are ranked and
 * the softmax is over ranks, so that no strictly increasing transformation of the scores changes a
 * selection.
 */
import type { Random } from "../../core/random.ts";

/**
 * Tempered softmax: P(i) = exp(scores[i] / temperature) / sum over j of exp(scores[j] / temperature).
 * Source: Romera-Paredes et al., Nature 625 (2024), Methods, "Programs database".
 *
 * @param scores Finite, any scale. Higher is better.
 * @param temperature Above 0. Near 0 the best has probability 1; towards infinity, uniform.
 * @returns Probabilities, same length and order as `scores`, summing to 1 within 1e-12.
 * @throws RangeError if `scores` is empty or not finite, or `temperature` is not above 0.
 */
export function softmax(scores: readonly number[], temperature: number): number[] {
  if (scores.length === 0) throw new RangeError("softmax needs at least one score");
  if (!(temperature > 0)) throw new RangeError(`temperature must be above 0, got ${temperature}`);
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad !== -1) throw new RangeError(`scores[${bad}] must be finite, got ${scores[bad]}`);

  // Subtracting the maximum keeps the ratios and prevents an overflow of exp().
  let best = Number.NEGATIVE_INFINITY;
  for (const score of scores) best = Math.max(best, score);
  const weights = scores.map((score) => Math.exp((score - best) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * Draws a rank from P(r) proportional to exp(-r / spread), r = 0 .. count - 1, in O(1) by inverting
 * the distribution. It is the tempered softmax of the scores' negative ranks.
 *
 * @param count Number of ranks, at least 1.
 * @param spread Above 0: the rank at which the weight has fallen to 1/e of the best's.
 */
export function drawRank(count: number, spread: number, random: Random): number {
  const whole = -Math.expm1(-count / spread);
  const rank = Math.floor(-spread * Math.log1p(-random.next() * whole));
  return Math.min(Math.max(rank, 0), count - 1);
}

/**
 * Draws `wanted` different ranks (fewer if `count` is smaller), best first. Without replacement: the
 * same program twice in a prompt or a crossover is useless.
 */
export function drawRanks(
  wanted: number,
  count: number,
  spread: number,
  random: Random,
): readonly number[] {
  if (count <= wanted) return Array.from({ length: count }, (_, rank) => rank);
  const drawn = new Set<number>();
  // A narrow spread repeats ranks often: after some attempts the best free ranks are taken.
  for (let tries = 0; drawn.size < wanted && tries < 8 * wanted; tries++) {
    drawn.add(drawRank(count, spread, random));
  }
  for (let rank = 0; drawn.size < wanted; rank++) drawn.add(rank);
  return [...drawn].sort((a, b) => a - b);
}

/**
 * The published preference for short programs: softmax over (shortest - length) / longest.
 *
 * @param lengths Characters, at least one entry.
 * @returns An index into `lengths`.
 */
export function drawByLength(lengths: readonly number[], random: Random): number {
  if (lengths.length === 1) return 0;
  let shortest = Number.POSITIVE_INFINITY;
  let longest = 0;
  for (const length of lengths) {
    shortest = Math.min(shortest, length);
    longest = Math.max(longest, length);
  }
  return random.weighted(
    softmax(
      lengths.map((length) => (shortest - length) / (longest + 1e-6)),
      1,
    ),
  );
}
