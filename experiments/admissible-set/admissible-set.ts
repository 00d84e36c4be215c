/**
 * Constant-weight admissible sets, in the symmetric form: vectors over {0, 1, 2} of n digits, made
 * of n / 3 blocks of three, each block free to turn.
 *
 * A set is admissible when (1) no two vectors have the same support and (2) any three have a
 * coordinate in which their values are 0, 1, 2 or 0, 0, 1 or 0, 0, 2. Source: Romera-Paredes et al.,
 * Nature 625 (2024), Methods, "Admissible sets" (after Edel 2004 and Tyrrell 2022).
 *
 * A word names one class of blocks for each place; it stands for all vectors that turning its blocks
 * gives. Everything here is exact and knows nothing of any candidate.
 */
import type { Json } from "../../src/index.ts";

/** One block of each class that may be used; turning it gives the others. */
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

const TURNS: readonly (readonly (readonly number[])[])[] = BLOCKS.map((block) => {
  const [a = 0, b = 0, c = 0] = block;
  return a === b && b === c ? [block] : [block, [c, a, b], [b, c, a]];
});

/** Non-zero digits of a block. */
export const WEIGHTS: readonly number[] = BLOCKS.map(
  (block) => block.filter((digit) => digit !== 0).length,
);

/** All words of n / 3 classes with this many non-zero digits, the last place turning fastest. */
export function wordsOf(n: number, weight: number): Word[] {
  let words: number[][] = [[]];
  for (let place = 0; place < n / 3; place++) {
    words = words.flatMap((word) => BLOCKS.map((_, kind) => [...word, kind]));
  }
  return words.filter(
    (word) => word.reduce((sum, kind) => sum + (WEIGHTS[kind] ?? 0), 0) === weight,
  );
}

/** How many vectors a word stands for. */
export function sizeOf(word: Word): number {
  return word.reduce((size, kind) => size * (TURNS[kind]?.length ?? 1), 1);
}

export function vectorsOf(word: Word): number[][] {
  return word.reduce<number[][]>(
    (vectors, kind) =>
      vectors.flatMap((vector) => (TURNS[kind] ?? []).map((turn) => [...vector, ...turn])),
    [[]],
  );
}

function tells(a: number, b: number, c: number): boolean {
  const zeros = (a === 0 ? 1 : 0) + (b === 0 ? 1 : 0) + (c === 0 ? 1 : 0);
  return zeros === 2 || (zeros === 1 && a + b + c === 3 && a !== b && b !== c && a !== c);
}

/**
 * For three classes at one place: 0 if every way of turning them leaves a coordinate that tells the
 * vectors apart, 1 if some way does not, 2 if some way does not in which the first two differ.
 */
const BLIND: readonly number[] = table();

function table(): number[] {
  const size = BLOCKS.length;
  const blind = new Array<number>(size ** 3).fill(0);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      for (let c = 0; c < size; c++) {
        for (const x of TURNS[a] ?? []) {
          for (const y of TURNS[b] ?? []) {
            for (const z of TURNS[c] ?? []) {
              if ([0, 1, 2].some((i) => tells(x[i] ?? 0, y[i] ?? 0, z[i] ?? 0))) continue;
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

/** Whether vectors of three different words can always be told apart. */
function apart(u: Word, v: Word, w: Word): boolean {
  return u.some((kind, place) => blindAt(kind, v[place], w[place]) === 0);
}

/** Whether two different vectors of `u` can always be told apart from one of `v`. */
export function pairApart(u: Word, v: Word): boolean {
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
        `word ${index} is no list of ${n / 3} classes from 0 to 6 with weight ${weight}`,
      );
    }
    words.push(word);
  }
  for (const [i, u] of words.entries()) {
    // Words whose blocks may turn against themselves: three vectors of one word.
    if (!u.every((kind) => (TURNS[kind]?.length ?? 1) === 1) && !tripleApart(u)) {
      return invalid(`three vectors of word ${i} can not be told apart`);
    }
    for (const [j, v] of words.slice(0, i).entries()) {
      if (sameSupport(u, v)) return invalid(`vectors of words ${j} and ${i} have the same support`);
      if (!pairApart(u, v) || !pairApart(v, u)) {
        return invalid(`vectors of words ${j} and ${i} can not be told apart`);
      }
      for (const [k, w] of words.slice(0, j).entries()) {
        if (!apart(u, v, w)) return invalid(`words ${k}, ${j} and ${i} can not be told apart`);
      }
    }
  }
  return { status: "valid", words, size: words.reduce((sum, word) => sum + sizeOf(word), 0) };
}

/** Three different vectors of one word, by trying all: a word stands for at most 3^5 of them. */
function tripleApart(word: Word): boolean {
  const key = word.filter((kind) => (TURNS[kind]?.length ?? 1) > 1).join();
  const known = tripleKnown.get(key);
  if (known !== undefined) return known;
  const vectors = vectorsOf(key.split(",").map(Number));
  const held = vectors.every((x, i) =>
    vectors
      .slice(0, i)
      .every((y, j) =>
        vectors
          .slice(0, j)
          .every((z) => x.some((digit, at) => tells(digit, y[at] ?? 0, z[at] ?? 0))),
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
