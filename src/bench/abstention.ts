/**
 * How well search distinguishes "none" from "found". Each query runs twice: on a store with its tools,
 * and on the same store without them, where "none" is the correct answer.
 */

import { noneBelow } from "../../toolstore/retrieval/abstain.ts";
import type { ToolIndex } from "../../toolstore/retrieval/tool-index.ts";
import { seededRandom } from "../core/random.ts";
import type { CorpusLine, QueryLine } from "./retrieval-data.ts";

export interface AbstentionFigures {
  /** Number of tools in the searched store; one or none of them is a tool of the query. */
  readonly storeSize: number;
  readonly threshold: number;
  /** Half of them with the query's tool in the store. */
  readonly trials: number;
  /** Correct answers "none" among all answers "none", in percent. */
  readonly precision: number;
  /** Answers "none" among the stores without a tool of the query, in percent. */
  readonly recall: number;
  /** Among the stores with a tool of the query: it is in the first five and above the threshold, in percent. */
  readonly found: number;
  /** The same without the threshold: an upper bound of `found`. */
  readonly foundAmongFive: number;
}

export interface AbstentionSubject {
  readonly corpus: readonly CorpusLine[];
  readonly queries: readonly QueryLine[];
  /** The whole corpus. */
  readonly index: ToolIndex;
  /** Creates an empty index. */
  readonly empty: () => ToolIndex;
  /** Adds a tool with all its data. */
  readonly put: (into: ToolIndex, tool: CorpusLine) => void;
  readonly vectorOf: (query: string) => Float32Array | undefined;
  readonly seed: number;
}

const MAX_QUERIES = 200;
const LIMIT = 5;

/** Stores with `size` tools drawn at random; at most one of the query's tools is in the store. */
export function abstentionAmong(size: number, subject: AbstentionSubject): AbstentionFigures {
  const { corpus, empty, put } = subject;
  const random = seededRandom(subject.seed, `stores of ${size}`);
  return figures(size, subject, ({ gold }, withTool) => {
    const store = new Set<CorpusLine>();
    const own = corpus.find(({ id }) => id === gold[0]);
    if (withTool && own !== undefined) store.add(own);
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
  return figures(corpus.length, subject, ({ gold }, withTools) => {
    if (!withTools) for (const id of gold) index.remove(id);
    return {
      index,
      restore() {
        if (!withTools) for (const id of gold) put(index, byId.get(id) as CorpusLine);
      },
    };
  });
}

function figures(
  storeSize: number,
  { queries, vectorOf, seed }: AbstentionSubject,
  store: (query: QueryLine, withTools: boolean) => { index: ToolIndex; restore(): void },
): AbstentionFigures {
  const random = seededRandom(seed, "abstention");
  const counts = { nones: 0, rightNones: 0, found: 0, amongFive: 0, pairs: 0 };
  for (let pair = 0; pair < Math.min(MAX_QUERIES, queries.length); pair++) {
    const query = queries[random.integer(queries.length)] as QueryLine;
    const vector = vectorOf(query.query);
    counts.pairs++;
    for (const withTools of [true, false]) {
      const { index, restore } = store(query, withTools);
      const request = { text: query.query, limit: LIMIT };
      const first = index.search(
        vector === undefined ? request : { ...request, vectors: [vector] },
      );
      restore();
      const own = first.find(({ key }) => query.gold.includes(key));
      const none = (first[0]?.score ?? 0) < noneBelow;
      if (none) counts.nones++;
      if (none && !withTools) counts.rightNones++;
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
