/**
 * Puts terms that are right on some examples together by tests that tell those examples apart:
 * decision trees over enumerated predicates (Alur, Radhakrishna, Udupa, TACAS 2017).
 *
 * Trees with few leaves alone: one leaf per example would only repeat the examples.
 */
import type { Term } from "./values.ts";

export interface Cover {
  readonly term: Term;
  /** Per example: the term gives what is expected. */
  readonly right: readonly boolean[];
}

/**
 * @param mostLeaves At least 2.
 * @returns Source of the tree with the fewest leaves found, or undefined.
 */
export function decide(
  covers: readonly Cover[],
  tests: readonly Term[],
  rows: number,
  mostLeaves: number,
): string | undefined {
  const all = Array.from({ length: rows }, (_, row) => row);
  for (let leaves = 2; leaves <= mostLeaves; leaves++) {
    const tree = split(covers, tests, all, leaves);
    if (tree !== undefined) return tree;
  }
  return undefined;
}

function split(
  covers: readonly Cover[],
  tests: readonly Term[],
  rows: readonly number[],
  leaves: number,
): string | undefined {
  const whole = covers.find(({ right }) => rows.every((row) => right[row] === true));
  if (whole !== undefined) return whole.term.text;
  if (leaves < 2) return undefined;

  // Only tests after which one side is settled: chains of rules, not bushes.
  for (const settled of [true, false]) {
    let best: { test: Term; leaf: Cover; rest: readonly number[]; gain: number } | undefined;
    for (const test of tests) {
      if (rows.some((row) => test.values[row] === undefined)) continue;
      const side = rows.filter((row) => test.values[row] === settled);
      if (side.length === 0 || side.length === rows.length) continue;
      // A leaf for a single example is learnt by heart.
      if (side.length < 2 && rows.length > 3) continue;
      const gain = side.length - 0.1 * test.size;
      if (best !== undefined && gain <= best.gain) continue;
      const leaf = covers.find(({ right }) => side.every((row) => right[row] === true));
      if (leaf === undefined) continue;
      const rest = rows.filter((row) => test.values[row] !== settled);
      if (leaves === 2) {
        const other = covers.find(({ right }) => rest.every((row) => right[row] === true));
        if (other === undefined) continue;
      }
      best = { test, leaf, rest, gain };
    }
    if (best === undefined) continue;
    const other = split(covers, tests, best.rest, leaves - 1);
    if (other === undefined) continue;
    const [yes, no] = settled ? [best.leaf.term.text, other] : [other, best.leaf.term.text];
    return `(${best.test.text} ? ${yes} : ${no})`;
  }
  return undefined;
}
