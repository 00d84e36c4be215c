/** An index over documents in memory: words in an inverted index, and vectors if there are any. */
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
  /** The same for a document with given term weights. */
  putStrengths(key: string, strengthOf: ReadonlyMap<string, number>): void;
  /** Sets a document's vector. @param served Number of served requests in the vector. */
  putVector(key: string, vector: Float32Array, served: number): void;
  remove(key: string): void;
  readonly size: number;
  readonly embedded: number;
  /** Best first, equal scores by key; see `rank`. */
  search(query: SearchText): Ranked[];
  /** The words of all or of some keys, without vectors. */
  dump(only?: ReadonlySet<string>): PostingsDump;
  /** Adds the words of a dump; its keys must be new. */
  append(dump: PostingsDump): void;
}

/** Number of nearest documents by vector that are added to those found by words. */
export const NEAREST = 200;

/** @param statistics Of a larger collection that these documents belong to; default: of themselves. */
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
