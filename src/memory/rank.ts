/** Ranks short texts against queries with BM25. */
import { type Bm25, inverseFrequency, saturation } from "../core/text/bm25.ts";
import { terms } from "../core/text/terms.ts";

const BM25: Bm25 = { k1: 1.2, b: 0.75 };

/**
 * @returns One score per text, in the same order; 0 if it shares no term with any query. The score of
 * a text is the maximum over the queries. Linear in the length of the texts.
 */
export function scoreTexts(queries: readonly string[], texts: readonly string[]): number[] {
  const documents = texts.map(terms);
  const total = documents.reduce((sum, { length }) => sum + length, 0);
  const average = Math.max(1, total / Math.max(1, texts.length));
  const frequencies = new Map<string, number>();
  for (const document of documents) {
    for (const term of new Set(document)) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  }
  const queryTerms = queries.map((query) => new Set(terms(query)));
  return documents.map((document) => {
    const counts = new Map<string, number>();
    for (const term of document) counts.set(term, (counts.get(term) ?? 0) + 1);
    const termScore = (term: string): number => {
      const count = counts.get(term);
      if (count === undefined) return 0;
      const weight = inverseFrequency(frequencies.get(term) ?? 0, texts.length);
      return weight * saturation(count, document.length, average, BM25) * (BM25.k1 + 1);
    };
    const scores = queryTerms.map((query) =>
      [...query].reduce((sum, term) => sum + termScore(term), 0),
    );
    return Math.max(0, ...scores);
  });
}
