/** A ranking over documents in memory: words in an inverted index, vectors where there are any. */
import { coverage } from "./cover.ts";
import { type SearchDocument, strengths } from "./document.ts";
import type { TermStatistics } from "./information.ts";
import { type PostingsDump, postings } from "./postings.ts";
import { cleared, type Ranked, rank, type Scores, type SearchText } from "./rank.ts";
import { similarTerms } from "./similar.ts";
import { type Vectors, vectors } from "./vectors.ts";

export interface ToolIndex {
  /** Adds or replaces. Linear in the document's words. */
  put(key: string, document: SearchDocument): void;
  /** The same for a document whose terms are weighed already. */
  putStrengths(key: string, strengthOf: ReadonlyMap<string, number>): void;
  /** What an embedder makes of it. @param served Requests that are in the vector. */
  putVector(key: string, vector: Float32Array, served: number): void;
  remove(key: string): void;
  readonly size: number;
  readonly embedded: number;
  /** Best first, equal scores by key; nothing that covers no term of the request. */
  search(query: SearchText): Ranked[];
  /** The words alone, of all or of some keys: vectors are put again. */
  dump(only?: ReadonlySet<string>): PostingsDump;
  /** Takes in the words of a dump, none of whose keys may be here. */
  append(dump: PostingsDump): void;
}

/** The nearest by vector that join those that the words found. */
export const NEAREST = 200;

/** @param statistics Of a larger whole that these documents were taken from; default: of themselves. */
export function toolIndex({
  dump,
  statistics,
}: {
  readonly dump?: PostingsDump;
  readonly statistics?: TermStatistics;
} = {}): ToolIndex {
  const words = postings(dump);
  const cover = coverage(words);
  const served = new Map<string, number>();
  let dense: Vectors | undefined;
  let scores: Scores | undefined;

  const frequency = (term: string): number => words.list(term)?.alive ?? 0;
  const similar = similarTerms(words.vocabulary, (term) => frequency(term) > 0);
  const own: TermStatistics = {
    get size() {
      return words.size;
    },
    frequency,
    similar: similar.of,
  };

  return {
    put: (key, document) => words.put(key, strengths(document)),
    putStrengths: (key, strengthOf) => words.put(key, strengthOf),
    putVector(key, vector, count) {
      dense ??= vectors(vector.length);
      dense.put(key, vector);
      served.set(key, count);
    },
    remove(key) {
      words.remove(key);
      dense?.remove(key);
    },
    get size() {
      return words.size;
    },
    get embedded() {
      return dense?.size ?? 0;
    },
    search(query) {
      scores = cleared(words.capacity, scores);
      return rank(
        {
          statistics: statistics ?? own,
          cover,
          scores,
          keyOf: words.keyOf,
          vectorOf(key) {
            const vector = dense?.get(key);
            return vector === undefined ? undefined : { vector, served: served.get(key) ?? 0 };
          },
          nearest: (asked) =>
            asked.flatMap((vector) => dense?.nearest(vector, NEAREST).map(({ key }) => key) ?? []),
        },
        query,
      );
    },
    dump: words.dump,
    append: words.append,
  };
}
