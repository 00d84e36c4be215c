/**
 * How much the cases say about a winner, and how much they must say.
 *
 * A case that a wrong behaviour gets right with probability p says -log2 p bits. Wrong behaviours that
 * are picked because they fit are counted by two union bounds; either one is enough:
 *
 *   held out   bits(held-out cases) >= log2(searched) + log2(1 / delta)
 *              At most `searched` behaviours were compared with the training cases, so the expected
 *              number of wrong ones among them that pass the held-out cases is at most delta. It holds
 *              for any search.
 *   length     bits(all cases) >= max(log2(searched), L / 2) + log2(1 / delta)
 *              The Occam bound (Blumer, Ehrenfeucht, Haussler and Warmuth, Information Processing
 *              Letters 24, 1987, with 1 - epsilon replaced by each case's p): it counts all behaviours
 *              of programs of at most L bits, the description length of the winner, however they were
 *              searched. There are at most 2^L such programs, and many behave alike: of those that the
 *              enumeration goes through, about 2^(L / 2) behave differently (measured on 13 jobs: 2^7 to
 *              2^11 at 23 bits, 2^8 to 2^13 at 27, less than that beyond).
 *
 * p of a case is estimated from above, by the larger of
 *   - the share of the behaviours seen in the search that are right on it (Laplace's estimate, so that
 *     a case says at most log2(sample + 1) bits), and
 *   - for an output that several cases share, or a boolean, the share of the cases that have it: two
 *     yes/no cases say two bits at most.
 *
 * Does not hold: that cases are independent. Ten texts of one word say nothing about two words; this is
 * why programs that fit all cases are also compared on other inputs (doubts.ts).
 */
import { canonicalJson, type Json } from "../../src/core/json.ts";

/** Accepted probability that a wrong winner has enough bits by chance: 1 %. */
export const DELTA = 0.01;

/** Bits of a distinct behaviour for each bit of a program: see the file's head. */
const BEHAVIOURS_PER_PROGRAM = 0.5;

export interface CaseChances {
  readonly expected: readonly Json[];
  /** Per case: the share of the searched behaviours that are right on it, in (0, 1]. */
  readonly shares: readonly number[];
}

/**
 * Bits that each of some cases says, in order, each at least 0.
 *
 * @param all The expected results of all cases of the tool: they tell how often an output occurs.
 */
export function bitsOfCases({ expected, shares }: CaseChances, all: readonly Json[]): number[] {
  const counts = new Map<string, number>();
  for (const value of all) {
    const key = canonicalJson(value);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return expected.map((value, at) => {
    const count = counts.get(canonicalJson(value)) ?? 0;
    const common = typeof value === "boolean" || count > 1;
    // A constant answer must not look rare because all of its cases are the same.
    const base = common ? Math.max(count / all.length, typeof value === "boolean" ? 0.5 : 0) : 0;
    return Math.max(0, -Math.log2(Math.max(base, shares[at] ?? 1)));
  });
}

export interface Weighed {
  /** Bits of the held-out cases. */
  readonly heldOutBits: number;
  /** Bits of all cases. */
  readonly allBits: number;
  /** Number of distinct behaviours that the search went through, at least 1. */
  readonly searched: number;
  /** Description length of the winner in bits. */
  readonly lengthBits: number;
}

/** Whether one of the two bounds holds. */
export function isEnough(weighed: Weighed, delta = DELTA): boolean {
  const margin = Math.log2(1 / delta);
  const { heldOutBits, allBits, searched, lengthBits } = weighed;
  const seen = Math.log2(searched);
  return (
    heldOutBits >= seen + margin ||
    allBits >= Math.max(seen, lengthBits * BEHAVIOURS_PER_PROGRAM) + margin
  );
}
