/**
 * Decides when the best match is not a match.
 *
 * A score that is high among five tools is low among thousands of similar tools, where an unrelated tool
 * often reaches it. So a score is compared with the score expected of a tool that is not relevant. The
 * sixth to tenth best matches give this expectation: they are too many to be all relevant, and close
 * enough to show which scores irrelevant tools get for this request in this store. Anything that raises
 * all scores, for example an embedder's cosines, raises these too.
 *
 * likelihood = 1 / (1 + (expected / score) ^ 2), expected = 0.06 + 1.2 mean of the 6th to 10th, at least
 * 0.095 and at most 0.3
 *
 * The constants were chosen on Seal-Tools only, with words only, such that nine of ten requests whose
 * tool is in the store still find it. MetaTool and the vectors were not used for the choice
 * (toolstore/README.md has the figures of both).
 */

/** If the best match is less likely, the result is "no such tool": it is more likely irrelevant. */
export const noneBelow = 0.5;

const BASE = 0.06;
const OTHERS_WEIGHT = 1.2;
/** A small store has no other matches to compare with. */
const MIN_EXPECTED = 0.095;
/** A match that covers this share is relevant, even if ten others do too. */
const MAX_EXPECTED = 0.3;
/** Ranks of the others, from 0. */
const FROM = 5;
const TO = 10;
/** How fast the odds rise: the lower of the best values for the two data sets. */
const STEEPNESS = 2;

/**
 * How likely each match is relevant to the request.
 *
 * @param scores Scores of the matches of one request in one store, descending, above 0; at least the
 *   first ten if there are ten.
 * @returns Likelihoods in (0, 1), in the same order, also descending.
 */
export function likelihoods(scores: readonly number[]): number[] {
  let sum = 0;
  for (const score of scores.slice(FROM, TO)) sum += score;
  const estimate = BASE + (OTHERS_WEIGHT * sum) / (TO - FROM);
  const expected = Math.min(MAX_EXPECTED, Math.max(MIN_EXPECTED, estimate));
  return scores.map((score) => 1 / (1 + (expected / score) ** STEEPNESS));
}
