/**
 * How near one JSON value is to another, in [0, 1]: the slope that a search climbs between "wrong"
 * and "right". 1 means equal and nothing else does; the most that a wrong value gets is 0.95, so
 * that one more case solved outweighs many cases nearly solved.
 */
import { type Json, sameJson } from "../src/core/json.ts";

const MOST_WHEN_WRONG = 0.95;
/** Texts above this length are compared by their common ends alone: edit distance is quadratic. */
const LONGEST_EDIT = 300;

/**
 * - numbers: 1 / (1 + distance / max(1, |expected|));
 * - texts: half edit similarity, half share of the common prefix;
 * - arrays: three quarters elements place by place over the longer length, a quarter length;
 * - objects: mean over the keys of both, 0 for a key that one of them lacks;
 * - booleans, null, and values of different types: 0 unless equal.
 *
 * @param tolerance As in `sameJson`: numbers within it count as equal, wherever they are.
 */
export function similarity(actual: Json, expected: Json, tolerance: number): number {
  if (sameJson(actual, expected, tolerance)) return 1;
  return MOST_WHEN_WRONG * nearness(actual, expected, tolerance);
}

function nearness(actual: Json, expected: Json, tolerance: number): number {
  if (typeof actual === "number" && typeof expected === "number") {
    const distance = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
    return 1 / (1 + distance);
  }
  if (typeof actual === "string" && typeof expected === "string")
    return textNearness(actual, expected);
  if (isArray(actual) && isArray(expected)) return arrayNearness(actual, expected, tolerance);
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

function arrayNearness(
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

function textNearness(actual: string, expected: string): number {
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
  // Common ends never belong to the difference.
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
