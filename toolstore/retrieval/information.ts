/**
 * What a text asks for, term by term: how much information each term carries in this store, and which
 * other terms may stand for it.
 */
import { inverseFrequency } from "../../src/core/text/bm25.ts";
import { terms } from "../../src/core/text/terms.ts";
import { commonness } from "./commonness.ts";
import { relatedTerms } from "./related.ts";

/** What a ranking knows of all documents together. */
export interface TermStatistics {
  /** How many documents there are. */
  readonly size: number;
  /** How many of them hold the term. */
  frequency(term: string): number;
  /** Other terms that some document holds and that look like this one, most alike first. */
  similar(term: string): readonly SimilarTerm[];
}

export interface SimilarTerm {
  readonly term: string;
  /** In (0, 1]. */
  readonly likeness: number;
}

export interface Asked {
  /** Information in the text, in nats. */
  readonly total: number;
  readonly groups: readonly Group[];
}

/** One term of a text with what may stand for it, the term itself first. */
export interface Group {
  readonly own: number;
  /** What a document covers that holds the term with strength 1; at most `own`. */
  readonly matches: readonly { readonly term: string; readonly value: number }[];
}

/** What a similar term is worth at likeness 1, and one that stands for the term. */
const SIMILAR_WORTH = 0.6;
const RELATED_WORTH = 0.4;
/** For how many tools the built-in idea of common words counts: it decides while a store is small. */
const PRIOR_TOOLS = 200;

/** Linear in the text's terms and what looks like them. */
export function ask(text: string, statistics: TermStatistics): Asked {
  const groups: Group[] = [];
  let total = 0;
  for (const term of new Set(terms(text))) {
    const group = groupOf(term, statistics);
    groups.push(group);
    total += group.own;
  }
  return { total, groups };
}

function groupOf(term: string, statistics: TermStatistics): Group {
  const own = information(term, statistics);
  const others = new Map<string, number>();
  const offer = (other: string, worth: number): void => {
    if (other === term || statistics.frequency(other) === 0) return;
    // A common word that stands in for a rare one explains no more than a common word does.
    const value = worth * Math.min(own, information(other, statistics));
    if (value > (others.get(other) ?? 0)) others.set(other, value);
  };
  for (const { term: other, likeness } of statistics.similar(term)) {
    offer(other, SIMILAR_WORTH * likeness);
  }
  for (const other of relatedTerms(term)) offer(other, RELATED_WORTH);
  // One order everywhere: sums of floating point numbers depend on it.
  const rest = [...others].sort(([a], [z]) => (a < z ? -1 : 1));
  return {
    own,
    matches: [{ term, value: own }, ...rest.map(([other, value]) => ({ term: other, value }))],
  };
}

function information(term: string, { size, frequency }: TermStatistics): number {
  const holders = frequency(term) + PRIOR_TOOLS * commonness(term);
  return inverseFrequency(holders, size + PRIOR_TOOLS);
}
