/**
 * Constant-weight admissible sets, in the symmetric form: vectors over {0, 1, 2} of n digits, made of
 * n / 3 blocks of three digits; each block may be rotated.
 *
 * A set is admissible when (1) no two vectors have the same support and (2) any three have a
 * coordinate in which their values are 0, 1, 2 or 0, 0, 1 or 0, 0, 2. Source: Romera-Paredes et al.,
 * Nature 625 (2024), Methods, "Admissible sets" (after Edel 2004 and Tyrrell 2022).
 *
 * A word has one class of blocks for each place; it represents all vectors that rotations of its blocks
 * give. Everything here is exact and independent of any candidate.
 */
import type { Json } from "../../src/index.ts";

/** One block of each class; its rotations are the other blocks of the class. */
const BLOCKS: readonly (readonly number[])[] = [
  [0, 0, 0],
  [0, 0, 1],
  [0, 0, 2],
  [0, 1, 2],
  [0, 2, 1],
  [1, 1, 1],
  [2, 2, 2],
];

export type Word = readonly number[];

const ROTATIONS: readonly (readonly (readonly number[])[])[] = BLOCKS.map((block) => {
  const [a = 0, b = 0, c = 0] = block;
  return a === b && b === c ? [block] : [block, [c, a, b], [b, c, a]];
});

/** Non-zero digits of a block. */
export const WEIGHTS: readonly number[] = BLOCKS.map(
  (block) => block.filter((digit) => digit !== 0).length,
);

/** All words of n / 3 classes with this number of non-zero digits; the last place varies fastest. */
export function wordsOf(n: number, weight: number): Word[] {
  let words: number[][] = [[]];
  for (let place = 0; place < n / 3; place++) {
    words = words.flatMap((word) => BLOCKS.map((_, kind) => [...word, kind]));
  }
  return words.filter(
    (word) => word.reduce((sum, kind) => sum + (WEIGHTS[kind] ?? 0), 0) === weight,
  );
}

/** The number of vectors of a word. */
export function sizeOf(word: Word): number {
  return word.reduce((size, kind) => size * (ROTATIONS[kind]?.length ?? 1), 1);
}

export function vectorsOf(word: Word): number[][] {
  return word.reduce<number[][]>(
    (vectors, kind) =>
      vectors.flatMap((vector) => (ROTATIONS[kind] ?? []).map((turn) => [...vector, ...turn])),
    [[]],
  );
}

function separates(a: number, b: number, c: number): boolean {
  const zeros = (a === 0 ? 1 : 0) + (b === 0 ? 1 : 0) + (c === 0 ? 1 : 0);
  return zeros === 2 || (zeros === 1 && a + b + c === 3 && a !== b && b !== c && a !== c);
}

/**
 * For three classes at one place: 0 if all their rotations have a coordinate that separates the vectors,
 * 1 if some rotations do not, 2 if some rotations in which the first two differ do not.
 */
const BLIND: readonly number[] = table();

function table(): number[] {
  const size = BLOCKS.length;
  const blind = new Array<number>(size ** 3).fill(0);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      for (let c = 0; c < size; c++) {
        for (const x of ROTATIONS[a] ?? []) {
          for (const y of ROTATIONS[b] ?? []) {
            for (const z of ROTATIONS[c] ?? []) {
              if ([0, 1, 2].some((i) => separates(x[i] ?? 0, y[i] ?? 0, z[i] ?? 0))) continue;
              const at = (a * size + b) * size + c;
              blind[at] = Math.max(blind[at] ?? 0, x === y ? 1 : 2);
            }
          }
        }
      }
    }
  }
  return blind;
}

/** The table, for harnesses. */
export const blindTable: readonly number[] = BLIND;

function blindAt(a: number | undefined, b: number | undefined, c: number | undefined): number {
  return BLIND[((a ?? 0) * BLOCKS.length + (b ?? 0)) * BLOCKS.length + (c ?? 0)] ?? 0;
}

/** Whether vectors of three different words are always separated. */
function separated(u: Word, v: Word, w: Word): boolean {
  return u.some((kind, place) => blindAt(kind, v[place], w[place]) === 0);
}

/** Whether two different vectors of `u` are always separated from one of `v`. */
export function pairSeparated(u: Word, v: Word): boolean {
  if (u.some((kind, place) => blindAt(kind, kind, v[place]) === 0)) return true;
  return !u.some((kind, place) => blindAt(kind, kind, v[place]) === 2);
}

/** Whether some vectors of the two words have the same support. */
function sameSupport(u: Word, v: Word): boolean {
  return u.every((kind, place) => WEIGHTS[kind] === WEIGHTS[v[place] ?? 0]);
}

export type AdmissibleVerdict =
  | { readonly status: "valid"; readonly words: readonly Word[]; readonly size: number }
  | { readonly status: "invalid"; readonly reason: string };

/** @param output Words, as lists of n / 3 classes. O(words^3 n). */
export function verifyAdmissible(output: Json, n: number, weight: number): AdmissibleVerdict {
  if (!Array.isArray(output)) return invalid("expected a list of words, got something else");
  const words: Word[] = [];
  for (const [index, word] of (output as readonly Json[]).entries()) {
    if (!isWord(word, n, weight)) {
      return invalid(
        `word ${index} is not a list of ${n / 3} classes from 0 to 6 with weight ${weight}`,
      );
    }
    words.push(word);
  }
  for (const [i, u] of words.entries()) {
    // A word whose blocks have rotations: check three vectors of the same word.
    if (!u.every((kind) => (ROTATIONS[kind]?.length ?? 1) === 1) && !tripleSeparated(u)) {
      return invalid(`three vectors of word ${i} are not separated`);
    }
    for (const [j, v] of words.slice(0, i).entries()) {
      if (sameSupport(u, v)) return invalid(`vectors of words ${j} and ${i} have the same support`);
      if (!pairSeparated(u, v) || !pairSeparated(v, u)) {
        return invalid(`vectors of words ${j} and ${i} are not separated`);
      }
      for (const [k, w] of words.slice(0, j).entries()) {
        if (!separated(u, v, w)) return invalid(`words ${k}, ${j} and ${i} are not separated`);
      }
    }
  }
  return { status: "valid", words, size: words.reduce((sum, word) => sum + sizeOf(word), 0) };
}

/** Whether any three different vectors of one word are separated, by trying all: at most 3^5 vectors. */
function tripleSeparated(word: Word): boolean {
  const key = word.filter((kind) => (ROTATIONS[kind]?.length ?? 1) > 1).join();
  const known = tripleKnown.get(key);
  if (known !== undefined) return known;
  const vectors = vectorsOf(key.split(",").map(Number));
  const held = vectors.every((x, i) =>
    vectors
      .slice(0, i)
      .every((y, j) =>
        vectors
          .slice(0, j)
          .every((z) => x.some((digit, at) => separates(digit, y[at] ?? 0, z[at] ?? 0))),
      ),
  );
  tripleKnown.set(key, held);
  return held;
}
const tripleKnown = new Map<string, boolean>();

function isWord(word: Json, n: number, weight: number): word is readonly number[] {
  return (
    Array.isArray(word) &&
    word.length === n / 3 &&
    word.every(
      (kind) => Number.isInteger(kind) && (kind as number) >= 0 && (kind as number) <= 6,
    ) &&
    word.reduce((sum: number, kind) => sum + (WEIGHTS[kind as number] ?? 0), 0) === weight
  );
}

function invalid(reason: string): AdmissibleVerdict {
  return { status: "invalid", reason };
}
