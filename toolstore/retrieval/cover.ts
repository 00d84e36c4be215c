/**
 * How much of a text each document covers: BM25 as a share. Similar and related terms cover a term too,
 * with a lower value.
 *
 * gain(document) = sum over the text's distinct terms of own(term) * (1 - product over the term's
 * matches of 1 - value(match) / own(term) * strength(match, document)); divided by the sum of own it
 * is a share in [0, 1), which is comparable between texts. Two related words cover a term more than one
 * does, but never more than the term itself.
 */
import type { QueryTerms } from "./information.ts";
import type { Postings } from "./postings.ts";

/** Visits every document that covers something, with its share in (0, 1). */
export type Cover = (query: QueryTerms, visit: (document: number, share: number) => void) => void;

/** @returns A function that is linear in the postings of the text's terms and their matches. */
export function coverage(words: Postings): Cover {
  // Reused by all calls; all zero between calls.
  let gains = new Float64Array(64);
  let missed = new Float64Array(64);
  let covering = new Int32Array(64);
  let touched = new Int32Array(64);

  return ({ total, groups }, visit) => {
    if (gains.length < words.capacity) {
      const length = 2 * words.capacity;
      gains = new Float64Array(length);
      missed = new Float64Array(length);
      covering = new Int32Array(length);
      touched = new Int32Array(length);
    }
    let found = 0;
    for (const { own, matches } of groups) {
      if (matches.length === 1) {
        const list = words.list((matches[0] as { term: string }).term);
        for (let i = 0; i < (list?.length ?? 0); i++) {
          const document = list?.documents[i] as number;
          const before = gains[document] as number;
          if (before === 0) covering[found++] = document;
          gains[document] = before + own * (list?.weights[i] as number);
        }
        continue;
      }
      let touchedNow = 0;
      for (const { term, value } of matches) {
        const list = words.list(term);
        if (list === undefined) continue;
        const share = value / own;
        const { documents, weights, length } = list;
        for (let i = 0; i < length; i++) {
          const document = documents[i] as number;
          // Zero marks a document that was not visited yet.
          const miss = Math.max(1e-12, 1 - share * (weights[i] as number));
          const before = missed[document] as number;
          if (before === 0) {
            touched[touchedNow++] = document;
            missed[document] = miss;
          } else {
            missed[document] = before * miss;
          }
        }
      }
      for (let i = 0; i < touchedNow; i++) {
        const document = touched[i] as number;
        const before = gains[document] as number;
        if (before === 0) covering[found++] = document;
        gains[document] = before + own * (1 - (missed[document] as number));
        missed[document] = 0;
      }
    }
    for (let i = 0; i < found; i++) {
      const document = covering[i] as number;
      const gain = gains[document] as number;
      gains[document] = 0;
      if (gain > 0) visit(document, gain / total);
    }
  };
}
