/**
 * When the best match is no match.
 *
 * A share of words that is much among five tools is little among thousands of one field, where some
 * neighbour always holds that much. So a score is weighed against what has to be expected of a tool that
 * is not meant: more where others lie close behind. The sixth to tenth best are those
 * others: too many to be all meant, near enough to say how near a neighbour comes to this request in
 * this store. Whatever raises the scores of all, an embedder's cosines say, raises them too.
 *
 * likelihood = 1 / (1 + (expected / score) ^ 2), expected = 0.06 + 1.2 mean of the 6th to 10th, at least
 * 0.095 and at most 0.3
 *
 * The constants were chosen on Seal-Tools alone, by words alone, so that of the requests whose tool is
 * there nine in ten keep it; MetaTool and the vectors had no say (toolstore/README.md has the figures of
 * both).
 */

/** The answer is "no such tool" where the best match is less likely: as likely meant as not. */
export const noneBelow = 0.5;

const ALONE = 0.06;
const CROWD = 1.2;
/** A small store has no others to tell by. */
const LEAST = 0.095;
/** Who covers so much of a request is meant, also where ten others do. */
const ENOUGH = 0.3;
/** Places of the others, from 0. */
const FROM = 5;
const TO = 10;
/** How fast odds rise: the lower one of what the two sets would have. */
const STEEPNESS = 2;

/**
 * How likely each match is what was asked for.
 *
 * @param scores Of the matches of one request in one store, falling, at least the first ten where there
 *   are ten; above 0.
 * @returns In (0, 1), in the same order, falling as well: no two change places.
 */
export function likelihoods(scores: readonly number[]): number[] {
  let sum = 0;
  for (const score of scores.slice(FROM, TO)) sum += score;
  const crowd = ALONE + (CROWD * sum) / (TO - FROM);
  const expected = Math.min(ENOUGH, Math.max(LEAST, crowd));
  return scores.map((score) => 1 / (1 + (expected / score) ** STEEPNESS));
}
