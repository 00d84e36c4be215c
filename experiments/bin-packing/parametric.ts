/**
 * The parametric baseline of online bin packing: best fit, except that a bin is left alone when the
 * room that would remain is more than `a`, too much to call it full, yet less than `b`, too little
 * to be of use. Two numbers and a grid: it comes near what program search has published.
 */
import type { Random } from "../../src/index.ts";

const MOST_A = 19;
const B = { low: 10, high: 44 };

/** Every rule of the grid once, in a shuffled order: a smaller budget tries an even sample. */
export function thresholdRules(random: Random): readonly string[] {
  const rules: string[] = [];
  for (let a = 0; a <= MOST_A; a++) {
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
