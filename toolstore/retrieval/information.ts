/**
 * The terms of a query: how much information each term has in this store, and which other terms may
 * replace it.
 */
import { inverseFrequency } from "../../src/core/text/bm25.ts";
import { terms } from "../../src/core/text/terms.ts";
import { commonness } from "./commonness.ts";
import { relatedTerms } from "./related.ts";

/** Statistics of all documents for the ranking. */
export interface TermStatistics {
  /** Number of documents. */
  readonly size: number;
  /** Number of documents with the term. */
  frequency(term: string): number;
  /** Other terms in the documents that are spelled similarly, most similar first. */
  similar(term: string): readonly SimilarTerm[];
}

export interface SimilarTerm {
  readonly term: string;
  /** In (0, 1]. */
  readonly likeness: number;
}

export interface QueryTerms {
  /** Information of the text, in nats. */
  readonly total: number;
  readonly groups: readonly TermGroup[];
}

/** One term of a text and the terms that may replace it, the term itself first. */
export interface TermGroup {
  /** Information of the term, in nats. */
  readonly own: number;
  /** `value`: what a document covers if it contains the term with strength 1; at most `own`. */
  readonly matches: readonly { readonly term: string; readonly value: number }[];
}

/** Value of a similarly spelled term at likeness 1, and of a related term. */
const SIMILAR_VALUE = 0.6;
const RELATED_VALUE = 0.4;
/** The built-in commonness of words counts like this many tools: it dominates in a small store. */
const PRIOR_TOOLS = 200;

/** Linear in the text's terms and their similar terms. */
export function queryTerms(text: string, statistics: TermStatistics): QueryTerms {
  const groups: TermGroup[] = [];
  let total = 0;
  for (const term of new Set(terms(text))) {
    const group = groupOf(term, statistics);
    groups.push(group);
    total += group.own;
  }
  return { total, groups };
}

function groupOf(term: string, statistics: TermStatistics): TermGroup {
  const own = information(term, statistics);
  const others = new Map<string, number>();
  const add = (other: string, factor: number): void => {
    if (other === term || statistics.frequency(other) === 0) return;
    // A common word that replaces a rare one has no more information than the common word.
    const value = factor * Math.min(own, information(other, statistics));
    if (value > (others.get(other) ?? 0)) others.set(other, value);
  };
  for (const { term: other, likeness } of statistics.similar(term)) {
    add(other, SIMILAR_VALUE * likeness);
  }
  for (const other of relatedTerms(term)) add(other, RELATED_VALUE);
  // A fixed order, because sums of floating point numbers depend on it.
  const rest = [...others].sort(([a], [z]) => (a < z ? -1 : 1));
  return {
    own,
    matches: [{ term, value: own }, ...rest.map(([other, value]) => ({ term: other, value }))],
  };
}

function information(term: string, { size, frequency }: TermStatistics): number {
  const withTerm = frequency(term) + PRIOR_TOOLS * commonness(term);
  return inverseFrequency(withTerm, size + PRIOR_TOOLS);
}
