/**
 * How well "none" is told from "found": each query is asked twice, of a store that has its tools and of
 * the same store without them, where "none" is the right answer.
 */

import { noneBelow } from "../../toolstore/retrieval/abstain.ts";
import type { ToolIndex } from "../../toolstore/retrieval/tool-index.ts";
import { seededRandom } from "../core/random.ts";
import type { CorpusLine, QueryLine } from "./retrieval-data.ts";

export interface AbstentionFigures {
  /** Tools in the store that the query is put to, one of them its own or none. */
  readonly storeSize: number;
  readonly threshold: number;
  /** Half of them with the query's tools in the store. */
  readonly trials: number;
  /** Right answers "none" among all answers "none", in percent. */
  readonly precision: number;
  /** Answers "none" among the stores where nothing fits, in percent. */
  readonly recall: number;
  /** Of the stores with a tool that fits: it is among the first five and likely enough, in percent. */
  readonly found: number;
  /** The same without a threshold: what `found` would be if "none" were no answer. */
  readonly foundAmongFive: number;
}

export interface AbstentionSubject {
  readonly corpus: readonly CorpusLine[];
  readonly queries: readonly QueryLine[];
  /** The whole corpus. */
  readonly index: ToolIndex;
  /** An index of nothing. */
  readonly empty: () => ToolIndex;
  /** Puts a tool with all that is known of it. */
  readonly put: (into: ToolIndex, tool: CorpusLine) => void;
  readonly vectorOf: (query: string) => Float32Array | undefined;
  readonly seed: number;
}

const MOST_QUERIES = 200;
const FIRST = 5;

/** Stores of so many tools drawn at random; all tools of a query count as its own, one is in the store. */
export function abstentionAmong(size: number, subject: AbstentionSubject): AbstentionFigures {
  const { corpus, empty, put } = subject;
  const random = seededRandom(subject.seed, `stores of ${size}`);
  return figures(size, subject, ({ gold }, fits) => {
    const store = new Set<CorpusLine>();
    const own = corpus.find(({ id }) => id === gold[0]);
    if (fits && own !== undefined) store.add(own);
    const others = corpus.filter(({ id }) => !gold.includes(id));
    while (store.size < Math.min(size, others.length)) {
      store.add(others[random.integer(others.length)] as CorpusLine);
    }
    const index = empty();
    for (const tool of store) put(index, tool);
    return { index, restore() {} };
  });
}

/** The whole corpus, and the whole corpus without the query's tools. */
export function abstentionWhereRemoved(subject: AbstentionSubject): AbstentionFigures {
  const { corpus, index, put } = subject;
  const byId = new Map(corpus.map((tool) => [tool.id, tool]));
  return figures(corpus.length, subject, ({ gold }, fits) => {
    if (!fits) for (const id of gold) index.remove(id);
    return {
      index,
      restore() {
        if (!fits) for (const id of gold) put(index, byId.get(id) as CorpusLine);
      },
    };
  });
}

function figures(
  storeSize: number,
  { queries, vectorOf, seed }: AbstentionSubject,
  store: (query: QueryLine, fits: boolean) => { index: ToolIndex; restore(): void },
): AbstentionFigures {
  const random = seededRandom(seed, "abstention");
  const counts = { nones: 0, rightNones: 0, found: 0, amongFive: 0, pairs: 0 };
  for (let pair = 0; pair < Math.min(MOST_QUERIES, queries.length); pair++) {
    const query = queries[random.integer(queries.length)] as QueryLine;
    const vector = vectorOf(query.query);
    counts.pairs++;
    for (const fits of [true, false]) {
      const { index, restore } = store(query, fits);
      const asked = { text: query.query, limit: FIRST };
      const first = index.search(vector === undefined ? asked : { ...asked, vectors: [vector] });
      restore();
      const own = first.find(({ key }) => query.gold.includes(key));
      const none = (first[0]?.score ?? 0) < noneBelow;
      if (none) counts.nones++;
      if (none && !fits) counts.rightNones++;
      if (own !== undefined) counts.amongFive++;
      if (own !== undefined && own.score >= noneBelow) counts.found++;
    }
  }
  const percent = (count: number, of: number) => (100 * count) / Math.max(1, of);
  return {
    storeSize,
    threshold: noneBelow,
    trials: 2 * counts.pairs,
    precision: percent(counts.rightNones, counts.nones),
    recall: percent(counts.rightNones, counts.pairs),
    found: percent(counts.found, counts.pairs),
    foundAmongFive: percent(counts.amongFive, counts.pairs),
  };
}
