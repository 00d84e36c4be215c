/**
 * The two parts of BM25 that all rankings share. Source: Robertson and Zaragoza, "The Probabilistic
 * Relevance Framework: BM25 and Beyond" (2009).
 */

/** `k1`: saturation of repeated terms. `b`: strength of the normalisation by document length. */
export interface Bm25 {
  readonly k1: number;
  readonly b: number;
}

/**
 * The weight of a term in one document, in [0, 1).
 *
 * @param count Occurrences of the term in the document.
 * @param length Terms of the document.
 * @param average Mean number of terms per document, above 0.
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
 * The inverse document frequency of a term, in nats, above 0.
 *
 * @param documents Documents with the term, in [0, size]; an estimate may be a fraction.
 * @param size All documents.
 */
export function inverseFrequency(documents: number, size: number): number {
  return Math.log(1 + (size - documents + 0.5) / (documents + 0.5));
}
