/**
 * Duplicates, exact and near: equal texts, and texts whose word 5-grams overlap by more than a
 * threshold (Jaccard index). Candidates are found by minima of hashed 5-grams in bands and then
 * compared exactly, so an example is never dropped by estimate.
 *
 * Near duplicates: O(total words), except for similar texts.
 */
import { crc32 } from "node:zlib";
import { gramsOf, wordsOf } from "../core/shingles.ts";

const SHINGLE = 5;
const BINS = 64;
const ROWS_PER_BAND = 4;

export interface DuplicateFinder {
  /** Whether an earlier text is a near duplicate of this one; if not, this one is added. */
  isNear(text: string): boolean;
}

/** @param threshold Jaccard index of the sets of 5-grams from which two texts are duplicates, in (0, 1]. */
export function nearDuplicates(threshold: number): DuplicateFinder {
  const kept: Uint32Array[] = [];
  const bands = new Map<string, number[]>();

  return {
    isNear(text) {
      const grams = hashedGrams(wordsOf(text), SHINGLE);
      const keys = bandKeys(grams);
      const looked = new Set<number>();
      for (const key of keys) {
        for (const index of bands.get(key) ?? []) {
          if (looked.has(index)) continue;
          looked.add(index);
          const other = kept[index];
          if (other !== undefined && overlaps(grams, other, threshold)) return true;
        }
      }
      const index = kept.push(grams) - 1;
      for (const key of keys) {
        const list = bands.get(key);
        if (list === undefined) bands.set(key, [index]);
        else list.push(index);
      }
      return false;
    },
  };
}

/** Ascending, without duplicates. */
function hashedGrams(words: readonly string[], width: number): Uint32Array {
  if (words.length < width) return Uint32Array.of(crc32(words.join(" ")));
  return Uint32Array.from(new Set(gramsOf(words, width).map((gram) => crc32(gram)))).sort();
}

/** One-permutation minima: each gram is in one bin; an empty bin takes the minimum of its right neighbour. */
function bandKeys(grams: Uint32Array): readonly string[] {
  const minima = new Array<number>(BINS).fill(-1);
  for (const gram of grams) {
    // crc32 is linear; a multiplication mixes the bits before bin and rank are taken from them.
    const mixed = Math.imul(gram ^ (gram >>> 15), 0x2c1b3c6d) >>> 0;
    const bin = mixed % BINS;
    const rank = Math.floor(mixed / BINS);
    const least = minima[bin] ?? -1;
    if (least === -1 || rank < least) minima[bin] = rank;
  }
  const filled = minima.map((rank, bin) => {
    for (let step = 0; rank === -1 && step < BINS; step++) {
      const next = minima[(bin + step) % BINS] ?? -1;
      if (next !== -1) return next * BINS + step;
    }
    return rank * BINS;
  });
  return Array.from({ length: BINS / ROWS_PER_BAND }, (_, band) => {
    const rows = filled.slice(band * ROWS_PER_BAND, (band + 1) * ROWS_PER_BAND);
    return `${band}:${rows.join(",")}`;
  });
}

/** Whether the Jaccard index of two ascending lists reaches the threshold. */
function overlaps(left: Uint32Array, right: Uint32Array, threshold: number): boolean {
  const [less, more] = left.length < right.length ? [left, right] : [right, left];
  if (less.length < threshold * more.length) return false;
  let shared = 0;
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const [a, b] = [left[i] ?? 0, right[j] ?? 0];
    if (a === b) shared++;
    if (a <= b) i++;
    if (b <= a) j++;
  }
  return shared >= threshold * (left.length + right.length - shared);
}
