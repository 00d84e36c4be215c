/**
 * How similar two JSON values are, in [0, 1]. It gives a search a gradient between "wrong" and
 * "right". Only equal values get 1; a wrong value gets at most 0.95, so that one more solved case
 * outweighs many cases that are almost solved.
 */
import { type Json, sameJson } from "../src/core/json.ts";

const MAX_WHEN_WRONG = 0.95;
/** Longer texts are compared only by their common prefix and suffix: edit distance is quadratic. */
const LONGEST_EDIT = 300;

/**
 * - numbers: 1 / (1 + distance / max(1, |expected|));
 * - texts: half edit similarity, half length of the common prefix relative to the longer text;
 * - arrays: three quarters similarity per index over the longer length, one quarter length;
 * - objects: mean over the keys of both, 0 for a key that one of them does not have;
 * - booleans, null, and values of different types: 0 unless equal.
 *
 * @param tolerance As in `sameJson`: numbers within it count as equal, also in nested values.
 */
export function similarity(actual: Json, expected: Json, tolerance: number): number {
  if (sameJson(actual, expected, tolerance)) return 1;
  return MAX_WHEN_WRONG * partialSimilarity(actual, expected, tolerance);
}

function partialSimilarity(actual: Json, expected: Json, tolerance: number): number {
  if (typeof actual === "number" && typeof expected === "number") {
    const distance = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
    return 1 / (1 + distance);
  }
  if (typeof actual === "string" && typeof expected === "string")
    return textSimilarity(actual, expected);
  if (isArray(actual) && isArray(expected)) return arraySimilarity(actual, expected, tolerance);
  if (isRecord(actual) && isRecord(expected)) {
    const keys = [...new Set([...Object.keys(actual), ...Object.keys(expected)])];
    const total = keys.reduce((sum, key) => {
      if (!Object.hasOwn(actual, key) || !Object.hasOwn(expected, key)) return sum;
      return sum + similarity(actual[key] as Json, expected[key] as Json, tolerance);
    }, 0);
    return total / keys.length;
  }
  return 0;
}

function arraySimilarity(
  actual: readonly Json[],
  expected: readonly Json[],
  tolerance: number,
): number {
  const shorter = Math.min(actual.length, expected.length);
  const longer = Math.max(actual.length, expected.length);
  let total = 0;
  for (let index = 0; index < shorter; index++) {
    total += similarity(actual[index] as Json, expected[index] as Json, tolerance);
  }
  return 0.75 * (total / longer) + 0.25 / (1 + longer - shorter);
}

function textSimilarity(actual: string, expected: string): number {
  const longer = Math.max(actual.length, expected.length);
  const shorter = Math.min(actual.length, expected.length);
  let prefix = 0;
  while (prefix < shorter && actual[prefix] === expected[prefix]) prefix++;
  let suffix = 0;
  while (
    suffix < shorter - prefix &&
    actual[actual.length - 1 - suffix] === expected[expected.length - 1 - suffix]
  ) {
    suffix++;
  }
  // The common prefix and suffix need no edits.
  const left = actual.slice(prefix, actual.length - suffix);
  const right = expected.slice(prefix, expected.length - suffix);
  const edits =
    longer <= LONGEST_EDIT ? editDistance(left, right) : Math.max(left.length, right.length);
  return 0.5 * (1 - edits / longer) + 0.5 * (prefix / longer);
}

/** Levenshtein distance, two rows. O(left x right). */
function editDistance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const swap = (above[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(swap, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[right.length] ?? 0;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
