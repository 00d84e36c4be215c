/**
 * The two parts of BM25 that every ranking here shares. Source: Robertson and Zaragoza, "The
 * Probabilistic Relevance Framework: BM25 and Beyond" (2009).
 */

/** How fast a repeated term says nothing new, and how much of a document's length counts against it. */
export interface Bm25 {
  readonly k1: number;
  readonly b: number;
}

/**
 * How strongly a document of that length stands for a term that it holds so often, in [0, 1).
 *
 * @param average Terms of an average document, above 0.
 */
export function saturation(
  count: number,
  length: number,
  average: number,
  { k1, b }: Bm25,
): number {
  const half = k1 * (1 - b + (b * length) / average);
  return count / (count + half);
}

/**
 * What a term tells that so many of `size` documents hold, in nats: the rarer, the more; above 0.
 *
 * @param holders In [0, size]; an estimate may be a fraction.
 */
export function inverseFrequency(holders: number, size: number): number {
  return Math.log(1 + (size - holders + 0.5) / (holders + 0.5));
}
