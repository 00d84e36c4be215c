/**
 * Finds terms of a vocabulary with a similar spelling, by shared character 3- to 5-grams: spelling
 * variants, misspellings, and related words with different stems.
 *
 * The index contains the n-grams of the vocabulary, not of every document: a hundred thousand tools share
 * about ten thousand terms, so the index stays small.
 */
import type { SimilarTerm } from "./information.ts";

export interface SimilarTerms {
  /** Other terms of the vocabulary, most similar first, equal ones in alphabetical order. */
  of(term: string): readonly SimilarTerm[];
}

const MIN_GRAM = 3;
const MAX_GRAM = 5;
const CACHED = 20_000;

/** Less similar terms are omitted; in (0, 1]. */
const MIN_LIKENESS = 0.35;
const MAX_TERMS = 8;

/**
 * @param vocabulary Grows at its end; new terms are indexed at the next call.
 * @param inUse Whether any document contains the term; other terms are not returned.
 */
export function similarTerms(
  vocabulary: readonly string[],
  inUse: (term: string) => boolean,
): SimilarTerms {
  const termsByGram = new Map<string, number[]>();
  const gramCounts: number[] = [];
  let cache = new Map<string, readonly SimilarTerm[]>();

  function catchUp(): void {
    if (gramCounts.length === vocabulary.length) return;
    cache = new Map();
    for (let id = gramCounts.length; id < vocabulary.length; id++) {
      const found = grams(vocabulary[id] as string);
      gramCounts.push(found.length);
      for (const gram of found) {
        const list = termsByGram.get(gram);
        if (list === undefined) termsByGram.set(gram, [id]);
        else list.push(id);
      }
    }
  }

  function similarTo(term: string): readonly SimilarTerm[] {
    const own = grams(term);
    const shared = new Map<number, number>();
    for (const gram of own) {
      for (const id of termsByGram.get(gram) ?? []) shared.set(id, (shared.get(id) ?? 0) + 1);
    }
    const found: SimilarTerm[] = [];
    for (const [id, count] of shared) {
      const other = vocabulary[id] as string;
      if (other === term) continue;
      const likeness = count / Math.sqrt(own.length * (gramCounts[id] as number));
      if (likeness >= MIN_LIKENESS) found.push({ term: other, likeness });
    }
    return found.sort((a, z) => z.likeness - a.likeness || (a.term < z.term ? -1 : 1));
  }

  return {
    of(term) {
      catchUp();
      let known = cache.get(term);
      if (known === undefined) {
        known = similarTo(term);
        if (cache.size < CACHED) cache.set(term, known);
      }
      const found: SimilarTerm[] = [];
      for (const other of known) {
        if (found.length === MAX_TERMS) break;
        if (inUse(other.term)) found.push(other);
      }
      return found;
    },
  };
}

/** Distinct n-grams of a term, with marks at its ends; none for numbers and short terms. */
function grams(term: string): string[] {
  if (term.length < 4 || /^[0-9]/.test(term)) return [];
  const marked = `<${term}>`;
  const found = new Set<string>();
  for (let size = MIN_GRAM; size <= MAX_GRAM; size++) {
    for (let at = 0; at + size <= marked.length; at++) found.add(marked.slice(at, at + size));
  }
  return [...found];
}
