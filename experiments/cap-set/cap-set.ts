/**
 * Cap sets: sets of vectors of F_3^n of which no three are on a line, that is, sum to zero.
 *
 * The index of a vector is its digits read in base 3, the first one highest. Everything here is exact and
 * independent of any candidate.
 */
import type { Json } from "../../src/index.ts";

export type CapSetVerdict =
  | { readonly status: "valid"; readonly size: number }
  | { readonly status: "invalid"; readonly reason: string };

/** The digits of an index, n of them, the highest first. */
export function vectorOf(index: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => Math.floor(index / 3 ** (n - 1 - i)) % 3);
}

/** Inverse of `vectorOf`. */
export function indexOf(vector: readonly number[]): number {
  return vector.reduce((index, digit) => 3 * index + digit, 0);
}

/**
 * Distinct vectors, no three on a line. O(size^2), after a table of 9^(n / 2) entries per dimension.
 *
 * @param claimed The output of a harness or tool: indices, or vectors as arrays of digits.
 */
export function verifyCapSet(claimed: Json, n: number): CapSetVerdict {
  if (!Array.isArray(claimed)) return invalid("expected a list of vectors, got something else");
  if (claimed.length > 3 ** n) return invalid(`expected at most ${3 ** n} vectors, got more`);
  const seen = new Uint8Array(3 ** n);
  const indices = new Uint32Array(claimed.length);
  for (const [place, entry] of claimed.entries()) {
    const index = readIndex(entry, n);
    if (index === undefined) return invalid(`entry ${place} is not a vector of F_3^${n}`);
    if (seen[index] === 1) return invalid(`entry ${place} is a duplicate`);
    seen[index] = 1;
    indices[place] = index;
  }
  const thirdOf = thirds(n);
  for (let i = 0; i < indices.length; i++) {
    for (let j = i + 1; j < indices.length; j++) {
      const third = thirdOf(indices[i] as number, indices[j] as number);
      if (seen[third] === 0) continue;
      const line = [indices[i] as number, indices[j] as number, third];
      const [a, b, c] = line.map((index) => vectorOf(index, n).join(""));
      return invalid(`${a}, ${b} and ${c} are on a line`);
    }
  }
  return { status: "valid", size: indices.length };
}

type Third = (a: number, b: number) => number;

const known = new Map<number, Third>();

/**
 * The index of the third vector of the line through two: digit by digit, minus their sum. Each half of
 * the digits is looked up in a table, because every candidate needs thousands of these.
 */
function thirds(n: number): Third {
  const before = known.get(n);
  if (before !== undefined) return before;
  const width = 3 ** Math.ceil(n / 2);
  const table = new Uint32Array(width * width);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b < width; b++) {
      let third = 0;
      for (let unit = 1; unit < width; unit *= 3) {
        third += ((6 - (Math.floor(a / unit) % 3) - (Math.floor(b / unit) % 3)) % 3) * unit;
      }
      table[a * width + b] = third;
    }
  }
  const third: Third = (a, b) =>
    (table[Math.floor(a / width) * width + Math.floor(b / width)] as number) * width +
    (table[(a % width) * width + (b % width)] as number);
  known.set(n, third);
  return third;
}

function readIndex(entry: Json, n: number): number | undefined {
  if (typeof entry === "number") {
    return Number.isInteger(entry) && entry >= 0 && entry < 3 ** n ? entry : undefined;
  }
  if (!Array.isArray(entry) || entry.length !== n) return undefined;
  return entry.every((digit) => digit === 0 || digit === 1 || digit === 2)
    ? indexOf(entry as number[])
    : undefined;
}

function invalid(reason: string): CapSetVerdict {
  return { status: "invalid", reason };
}
