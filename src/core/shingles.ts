/**
 * Detects overlap of texts by word n-grams, without storing the texts. A sealed case is stored as
 * hashes of its word 8-grams; with the hashes one can test whether another text contains a part of it.
 *
 * For a long text a sketch is stored (the smallest hashes): the probability that a part is found
 * grows with the part's length. For a short text all hashes are stored.
 */
import { crc32 } from "node:zlib";

/** Words per n-gram. */
const WORDS = 8;
/** Shorter texts occur everywhere and are ignored. */
const MIN_WORDS = 4;
/** At least this many hashes of each text are stored. */
const MIN_HASHES_PER_TEXT = 16;

/** Number of words per n-gram -> hashes of these n-grams. */
export type Fingerprint = Readonly<Record<string, readonly string[]>>;

/** Words, numbers and single symbols, in lower case. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_,"]/gu) ?? [];
}

/** Every n-gram of `width` words; none if there are fewer words. */
export function* gramsOf(words: readonly string[], width: number): Generator<string, void> {
  for (let from = 0; from + width <= words.length; from++) {
    yield words.slice(from, from + width).join(" ");
  }
}

/**
 * @param texts A text of fewer than 4 words is ignored; one of fewer than 8 is found only as a whole.
 * @param whole Texts that are found only as a whole, of any length: their parts occur elsewhere too.
 * @param kept Approximate number of hashes of all texts together. Infinity: any 8 consecutive words
 * are found.
 */
export function fingerprint(
  texts: readonly string[],
  { whole = [], kept }: { readonly whole?: readonly string[]; readonly kept: number },
): Fingerprint {
  const each = Math.max(MIN_HASHES_PER_TEXT, Math.floor(kept / Math.max(1, texts.length)));
  const byWidth = new Map<number, Set<string>>();
  const add = (words: readonly string[], width: number) => {
    if (words.length < MIN_WORDS) return;
    const hashes = byWidth.get(width) ?? new Set();
    byWidth.set(width, hashes);
    const own = new Set([...gramsOf(words, width)].map(hashOf));
    for (const hash of [...own].sort().slice(0, each)) hashes.add(hash);
  };
  for (const words of texts.map(wordsOf)) add(words, Math.min(WORDS, words.length));
  for (const words of whole.map(wordsOf)) add(words, words.length);
  return Object.fromEntries([...byWidth].map(([width, hashes]) => [width, [...hashes].sort()]));
}

/** Tests whether a text contains a part of the fingerprinted texts. O(words x widths). */
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

/** 64 bits from two fast, unrelated checksums. */
function hashOf(gram: string): string {
  let other = 0x811c9dc5;
  for (let at = 0; at < gram.length; at++) {
    other = Math.imul(other ^ gram.charCodeAt(at), 0x01000193);
  }
  return crc32(gram).toString(16).padStart(8, "0") + (other >>> 0).toString(16).padStart(8, "0");
}
