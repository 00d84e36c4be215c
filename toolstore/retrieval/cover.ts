/**
 * How much of a text each document covers: BM25 as a share, where a term is also covered, for less, by
 * what looks like it or stands for it.
 *
 * gain(document) = sum over the text's distinct terms of idf(term) * max over its matches of
 * worth(match) * strength(match, document); divided by the sum of idf it is a share in [0, 1), which
 * can be compared between texts.
 */
import type { Postings } from "./postings.ts";
import { relatedTerms } from "./related.ts";
import { similarTerms } from "./similar.ts";
import { commonness, terms } from "./words.ts";

export interface Coverage {
  /** Information in the text, in nats. */
  readonly total: number;
  /** Document number -> covered information, in (0, total). */
  readonly gains: ReadonlyMap<number, number>;
}

/** What a similar term is worth at likeness 1, and one that stands for the term. */
const SIMILAR_WORTH = 0.6;
const RELATED_WORTH = 0.4;
/** For how many tools the built-in idea of common words counts: it decides while a store is small. */
const PRIOR_TOOLS = 200;

/** @returns A function from a text to its coverage; linear in the postings of the text's terms. */
export function coverage(words: Postings): (text: string) => Coverage {
  const similar = similarTerms(words.vocabulary);
  // Reused between calls, all zero in between.
  let best = new Float64Array(64);

  function information(term: string, termId: number | undefined): number {
    const holders =
      (termId === undefined ? 0 : words.frequency(termId)) + PRIOR_TOOLS * commonness(term);
    return Math.log(1 + (words.size + PRIOR_TOOLS - holders + 0.5) / (holders + 0.5));
  }

  /** Term number -> its information times what it is worth as a match of `term`. */
  function matches(term: string, own: number, termId: number | undefined): Map<number, number> {
    const found = new Map<number, number>();
    if (termId !== undefined) found.set(termId, own);
    const offer = (id: number, worth: number) => {
      if (id === termId) return;
      // A common word that stands in for a rare one explains no more than a common word does.
      const value = worth * Math.min(own, information(words.vocabulary[id] as string, id));
      if (value > (found.get(id) ?? 0)) found.set(id, value);
    };
    for (const { termId: id, likeness } of similar.of(term)) offer(id, SIMILAR_WORTH * likeness);
    for (const other of relatedTerms(term)) {
      const id = words.termId(other);
      if (id !== undefined) offer(id, RELATED_WORTH);
    }
    return found;
  }

  return (text) => {
    if (best.length < words.capacity) best = new Float64Array(2 * words.capacity);
    const gains = new Map<number, number>();
    let total = 0;
    for (const term of new Set(terms(text))) {
      const termId = words.termId(term);
      const own = information(term, termId);
      total += own;
      const touched: number[] = [];
      for (const [id, value] of matches(term, own, termId)) {
        words.forEach(id, (document, strength) => {
          const gain = value * strength;
          const before = best[document] as number;
          if (before === 0) touched.push(document);
          if (gain > before) best[document] = gain;
        });
      }
      for (const document of touched) {
        gains.set(document, (gains.get(document) ?? 0) + (best[document] as number));
        best[document] = 0;
      }
    }
    return { total, gains };
  };
}
