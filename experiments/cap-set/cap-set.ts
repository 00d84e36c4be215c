/**
 * Cap sets: sets of vectors of F_3^n of which no three lie on a line, that is, sum to zero.
 *
 * A vector is named by its index: its digits read in base 3, the first one highest. Everything here
 * is exact and knows nothing of any candidate.
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
 * Distinct vectors, no three on a line. O(size^2 n).
 *
 * @param claimed What a harness or tool returned: indices, or vectors as arrays of digits.
 */
export function verifyCapSet(claimed: Json, n: number): CapSetVerdict {
  if (!Array.isArray(claimed)) return invalid("expected a list of vectors, got something else");
  if (claimed.length > 3 ** n) return invalid(`expected at most ${3 ** n} vectors, got more`);
  const seen = new Set<number>();
  for (const [place, entry] of claimed.entries()) {
    const index = readIndex(entry, n);
    if (index === undefined) return invalid(`entry ${place} is no vector of F_3^${n}`);
    if (seen.has(index)) return invalid(`entry ${place} is there twice`);
    seen.add(index);
  }
  const indices = [...seen];
  const digits = indices.map((index) => vectorOf(index, n));
  for (let i = 0; i < indices.length; i++) {
    for (let j = i + 1; j < indices.length; j++) {
      const third = thirdOf(digits[i] as number[], digits[j] as number[]);
      if (!seen.has(third)) continue;
      const line = [indices[i] as number, indices[j] as number, third];
      const [a, b, c] = line.map((index) => vectorOf(index, n).join(""));
      return invalid(`${a}, ${b} and ${c} lie on a line`);
    }
  }
  return { status: "valid", size: seen.size };
}

/** The index of the third vector of the line through two. */
function thirdOf(a: readonly number[], b: readonly number[]): number {
  let index = 0;
  for (let i = 0; i < a.length; i++) {
    index = 3 * index + ((6 - (a[i] as number) - (b[i] as number)) % 3);
  }
  return index;
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
