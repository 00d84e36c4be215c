/**
 * The parametric baseline of online bin packing: best fit, but a bin is avoided if the remaining room
 * would be more than `a` (the bin is not full) and less than `b` (the rest is hardly usable). With a grid
 * over two numbers it comes close to the published results of program search.
 */
import type { Random } from "../../src/index.ts";

const MAX_A = 19;
const B = { low: 10, high: 44 };

/** Every rule of the grid once, in random order: a smaller budget tries a uniform sample. */
export function thresholdRules(random: Random): readonly string[] {
  const rules: string[] = [];
  for (let a = 0; a <= MAX_A; a++) {
    for (let b = Math.max(B.low, a + 1); b <= B.high; b++) rules.push(thresholdRule(a, b));
  }
  for (let index = rules.length - 1; index > 0; index--) {
    const other = random.integer(index + 1);
    const kept = rules[index] as string;
    rules[index] = rules[other] as string;
    rules[other] = kept;
  }
  return rules;
}

export function thresholdRule(a: number, b: number): string {
  return `function score(item, room, capacity) {
  const left = room - item;
  return left <= ${a} ? 2 * capacity - left : left >= ${b} || room === capacity ? capacity - left : -left;
}`;
}
