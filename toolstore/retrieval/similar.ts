/**
 * Terms of a vocabulary that look like a given one, by the character 3- to 5-grams they share: other
 * spellings and misspellings, and words whose stems went different ways.
 *
 * The grams are those of the vocabulary, not of every document: a hundred thousand tools share some
 * ten thousand terms, so the index stays small and the documents are reached through the terms.
 */

export interface SimilarTerms {
  /** Other terms of the vocabulary, most alike first; likeness in (0, 1]. */
  of(term: string): readonly SimilarTerm[];
}

export interface SimilarTerm {
  readonly termId: number;
  readonly likeness: number;
}

const SHORTEST = 3;
const LONGEST = 5;
const CACHED = 20_000;

/**
 * @param vocabulary Grows at its end; what is new is indexed at the next question.
 * @param least Terms less alike than this are left out, in (0, 1].
 * @param most How many terms at most.
 */
export function similarTerms(
  vocabulary: readonly string[],
  { least = 0.35, most = 8 }: { readonly least?: number; readonly most?: number } = {},
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

  return {
    of(term) {
      catchUp();
      const cached = cache.get(term);
      if (cached !== undefined) return cached;
      const own = grams(term);
      const shared = new Map<number, number>();
      for (const gram of own) {
        for (const id of holders.get(gram) ?? []) shared.set(id, (shared.get(id) ?? 0) + 1);
      }
      const found: SimilarTerm[] = [];
      for (const [termId, count] of shared) {
        if (vocabulary[termId] === term) continue;
        const likeness = count / Math.sqrt(own.length * (gramCounts[termId] as number));
        if (likeness >= least) found.push({ termId, likeness });
      }
      found.sort((a, b) => b.likeness - a.likeness || a.termId - b.termId);
      const kept = found.slice(0, most);
      if (cache.size < CACHED) cache.set(term, kept);
      return kept;
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
