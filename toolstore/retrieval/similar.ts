/**
 * Terms of a vocabulary that look like a given one, by the character 3- to 5-grams they share: other
 * spellings and misspellings, and words whose stems went different ways.
 *
 * The grams are those of the vocabulary, not of every document: a hundred thousand tools share some
 * ten thousand terms, so the index stays small and the documents are reached through the terms.
 */
import type { SimilarTerm } from "./information.ts";

export interface SimilarTerms {
  /** Other terms of the vocabulary, most alike first, equals by the alphabet. */
  of(term: string): readonly SimilarTerm[];
}

const SHORTEST = 3;
const LONGEST = 5;
const CACHED = 20_000;

/** Terms less alike than this are left out, in (0, 1]. */
const LEAST = 0.35;
/** How many terms at most. */
const MOST = 8;

/**
 * @param vocabulary Grows at its end; what is new is indexed at the next question.
 * @param inUse Whether any document holds the term: those that none holds take nobody's place.
 */
export function similarTerms(
  vocabulary: readonly string[],
  inUse: (term: string) => boolean,
): SimilarTerms {
  const holders = new Map<string, number[]>();
  const gramCounts: number[] = [];
  let cache = new Map<string, readonly SimilarTerm[]>();

  function catchUp(): void {
    if (gramCounts.length === vocabulary.length) return;
    cache = new Map();
    for (let id = gramCounts.length; id < vocabulary.length; id++) {
      const found = grams(vocabulary[id] as string);
      gramCounts.push(found.length);
      for (const gram of found) {
        const list = holders.get(gram);
        if (list === undefined) holders.set(gram, [id]);
        else list.push(id);
      }
    }
  }

  function alike(term: string): readonly SimilarTerm[] {
    const own = grams(term);
    const shared = new Map<number, number>();
    for (const gram of own) {
      for (const id of holders.get(gram) ?? []) shared.set(id, (shared.get(id) ?? 0) + 1);
    }
    const found: SimilarTerm[] = [];
    for (const [id, count] of shared) {
      const other = vocabulary[id] as string;
      if (other === term) continue;
      const likeness = count / Math.sqrt(own.length * (gramCounts[id] as number));
      if (likeness >= LEAST) found.push({ term: other, likeness });
    }
    return found.sort((a, z) => z.likeness - a.likeness || (a.term < z.term ? -1 : 1));
  }

  return {
    of(term) {
      catchUp();
      let known = cache.get(term);
      if (known === undefined) {
        known = alike(term);
        if (cache.size < CACHED) cache.set(term, known);
      }
      const found: SimilarTerm[] = [];
      for (const other of known) {
        if (found.length === MOST) break;
        if (inUse(other.term)) found.push(other);
      }
      return found;
    },
  };
}

/** Distinct grams of a term between marks of its ends; none for numbers and short terms. */
function grams(term: string): string[] {
  if (term.length < 4 || /^[0-9]/.test(term)) return [];
  const marked = `<${term}>`;
  const found = new Set<string>();
  for (let size = SHORTEST; size <= LONGEST; size++) {
    for (let at = 0; at + size <= marked.length; at++) found.add(marked.slice(at, at + size));
  }
  return [...found];
}
