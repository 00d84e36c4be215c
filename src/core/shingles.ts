/**
 * Overlap of texts by runs of words, without keeping the texts: a sealed case is known by hashes of
 * its word 8-grams, and whoever has the hashes can tell whether another text holds a part of it.
 *
 * Of a long text a sketch is kept (the smallest hashes), so that a part of it is found with a
 * probability that grows with its length; of a short one, everything.
 */
import { crc32 } from "node:zlib";

/** Words of a gram. */
const WORDS = 8;
/** Shorter texts are in every text, and not looked for. */
const FEWEST_WORDS = 4;
/** Of each text at least so many hashes are kept. */
const KEPT_EACH = 16;

/** Hashes by the number of words that each one was made of. */
export type Fingerprint = Readonly<Record<string, readonly string[]>>;

/** Words, numbers and single signs, in lower case. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_,"]/gu) ?? [];
}

/** Every run of so many words; none if there are fewer. */
export function* gramsOf(words: readonly string[], width: number): Generator<string, void> {
  for (let from = 0; from + width <= words.length; from++) {
    yield words.slice(from, from + width).join(" ");
  }
}

/**
 * @param texts Texts of fewer than 4 words leave no trace; one of fewer than 8 is found whole alone.
 * @param whole Texts to be found whole alone, however long: their parts are nothing special.
 * @param kept Hashes of all texts together, about. Infinity: any 8 words in a row are found.
 */
export function fingerprint(
  texts: readonly string[],
  { whole = [], kept }: { readonly whole?: readonly string[]; readonly kept: number },
): Fingerprint {
  const each = Math.max(KEPT_EACH, Math.floor(kept / Math.max(1, texts.length)));
  const found = new Map<number, Set<string>>();
  const add = (words: readonly string[], width: number) => {
    if (words.length < FEWEST_WORDS) return;
    const hashes = found.get(width) ?? new Set();
    found.set(width, hashes);
    const own = new Set([...gramsOf(words, width)].map(hashOf));
    for (const hash of [...own].sort().slice(0, each)) hashes.add(hash);
  };
  for (const words of texts.map(wordsOf)) add(words, Math.min(WORDS, words.length));
  for (const words of whole.map(wordsOf)) add(words, words.length);
  return Object.fromEntries([...found].map(([width, hashes]) => [width, [...hashes].sort()]));
}

/** Says whether a text holds a part of what the fingerprints were made of. O(words x widths). */
export function overlapWith(fingerprints: Iterable<Fingerprint>): (text: string) => boolean {
  const known = new Map<number, Set<string>>();
  for (const each of fingerprints) {
    for (const [width, hashes] of Object.entries(each)) {
      const all = known.get(Number(width)) ?? new Set();
      known.set(Number(width), all);
      for (const hash of hashes) all.add(hash);
    }
  }
  return (text) => {
    if (known.size === 0) return false;
    const words = wordsOf(text);
    for (const [width, hashes] of known) {
      for (const gram of gramsOf(words, width)) if (hashes.has(hashOf(gram))) return true;
    }
    return false;
  };
}

/** 64 bits out of two quick sums that have nothing in common. */
function hashOf(gram: string): string {
  let other = 0x811c9dc5;
  for (let at = 0; at < gram.length; at++) {
    other = Math.imul(other ^ gram.charCodeAt(at), 0x01000193);
  }
  return crc32(gram).toString(16).padStart(8, "0") + (other >>> 0).toString(16).padStart(8, "0");
}
