/**
 * Retrieval quality on a set of queries with their tools, compared with plain BM25 in one run, and the
 * time per query.
 */

import { type ToolIndex, toolIndex } from "../../toolstore/retrieval/tool-index.ts";
import type { ToolVector } from "../../toolstore/store/catalogue.ts";
import { toolVectors } from "../../toolstore/store/embedding.ts";
import type { Embedder } from "../core/ports.ts";
import { seededRandom } from "../core/random.ts";
import {
  type AbstentionFigures,
  type AbstentionSubject,
  abstentionAmong,
  abstentionWhereRemoved,
} from "./abstention.ts";
import { plainBm25 } from "./plain-bm25.ts";
import {
  type CorpusLine,
  corpusDocument,
  type QueryLine,
  readRetrievalSet,
} from "./retrieval-data.ts";

export interface RetrievalFigures {
  /** Shares of a query's tools among the first 1, 5, 10 results; means over queries, in percent. */
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  /** Normalised discounted cumulative gain of the first 10, in percent. */
  readonly ndcgAt10: number;
}

export interface RetrievalBench {
  readonly tools: number;
  /** Evaluated queries: those that were not indexed as usage. */
  readonly queries: number;
  readonly usagePerTool: number;
  /** By words, and also by vectors if there is an embedder. */
  readonly ranked: RetrievalFigures;
  /** Only by words, if there is an embedder. */
  readonly words?: RetrievalFigures;
  readonly embedder?: string;
  readonly plainBm25: RetrievalFigures;
  /** In a store with few tools. */
  readonly abstention: AbstentionFigures;
  /** In a store with a hundred tools, if there are more, and with all of them. */
  readonly abstentionInLarger: readonly AbstentionFigures[];
  /** Wall clock of one query, in milliseconds. */
  readonly queryMs: { readonly p50: number; readonly p99: number };
}

export interface RetrievalBenchOptions {
  readonly corpusFile: string;
  readonly queriesFile: string;
  /** This many queries of each tool are indexed as past uses and not evaluated. */
  readonly usagePerTool?: number;
  readonly seed?: number;
  readonly storeSize?: number;
  /** Maximum number of evaluated queries, drawn by seed. */
  readonly sample?: number;
  readonly embedder?: Embedder;
}

const LARGER_STORE = 100;

/** @throws InputError as `readRetrievalSet`; errors of the embedder. */
export async function benchRetrieval({
  corpusFile,
  queriesFile,
  usagePerTool = 0,
  seed = 1,
  storeSize = 5,
  sample = Number.POSITIVE_INFINITY,
  embedder,
}: RetrievalBenchOptions): Promise<RetrievalBench> {
  const { corpus, queries } = readRetrievalSet(corpusFile, queriesFile);
  const { served, rest } = splitByUsage(queries, usagePerTool, seed);
  const evaluated = sample < rest.length ? shuffled(rest, seed + 1).slice(0, sample) : rest;

  const index = toolIndex();
  const document = (tool: CorpusLine) => corpusDocument(tool, served.get(tool.id) ?? []);
  for (const tool of corpus) index.put(tool.id, document(tool));
  const plain = plainBm25(
    corpus.map((tool) => ({ id: tool.id, text: plainText(tool, served.get(tool.id) ?? []) })),
  );
  const words = figures(evaluated, byIndex(index));
  const { ofTools, ofQueries } = await embedded(embedder, corpus, evaluated, served);
  const putVector = (into: ToolIndex, id: string): void => {
    const known = ofTools.get(id);
    if (known !== undefined) into.putVector(id, known.vector, known.served);
  };
  for (const { id } of corpus) putVector(index, id);
  const times: number[] = [];
  const ranked = figures(evaluated, byIndex(index, ofQueries, times));
  const subject: AbstentionSubject = {
    corpus,
    queries: evaluated,
    index,
    empty: () => toolIndex(),
    put(into, tool) {
      into.put(tool.id, document(tool));
      putVector(into, tool.id);
    },
    vectorOf: (query) => ofQueries.get(query),
    seed,
  };
  return {
    tools: corpus.length,
    queries: evaluated.length,
    usagePerTool,
    ranked,
    ...(embedder === undefined ? {} : { words, embedder: embedder.id }),
    plainBm25: figures(evaluated, (query) => plain(query, 10)),
    abstention: abstentionAmong(storeSize, subject),
    abstentionInLarger: [
      ...(corpus.length > 1.5 * LARGER_STORE ? [abstentionAmong(LARGER_STORE, subject)] : []),
      abstentionWhereRemoved(subject),
    ],
    queryMs: { p50: percentile(times, 0.5), p99: percentile(times, 0.99) },
  };
}

function byIndex(
  index: ToolIndex,
  vectors: ReadonlyMap<string, Float32Array> = new Map(),
  times: number[] = [],
): (query: string) => readonly string[] {
  return (query) => {
    const vector = vectors.get(query);
    const start = performance.now();
    const found = index.search({
      text: query,
      limit: 10,
      ...(vector === undefined ? {} : { vectors: [vector] }),
    });
    times.push(performance.now() - start);
    return found.map(({ key }) => key);
  };
}

async function embedded(
  embedder: Embedder | undefined,
  corpus: readonly CorpusLine[],
  evaluated: readonly QueryLine[],
  served: ReadonlyMap<string, readonly string[]>,
): Promise<{
  readonly ofTools: ReadonlyMap<string, ToolVector>;
  readonly ofQueries: ReadonlyMap<string, Float32Array>;
}> {
  if (embedder === undefined) return { ofTools: new Map(), ofQueries: new Map() };
  const { signal } = new AbortController();
  const tools = corpus.map((tool) => ({ tool, queries: served.get(tool.id) ?? [] }));
  const vectors = await toolVectors(embedder, tools, signal);
  const texts = evaluated.map(({ query }) => query);
  const queryVectors = await embedder.embed(texts, { kind: "query" }, signal);
  return {
    ofTools: new Map(vectors.map((vector, i) => [(corpus[i] as CorpusLine).id, vector])),
    ofQueries: new Map(texts.map((text, i) => [text, queryVectors[i] as Float32Array])),
  };
}

/** Both rankers use the same text of a tool. */
function plainText(tool: CorpusLine, served: readonly string[]): string {
  const parameters = tool.parameters.flatMap(({ name, description }) => [name, description ?? ""]);
  return [tool.name, tool.description, tool.category ?? "", ...parameters, ...served].join(" ");
}

/** In a random order by seed: a query with one tool is assigned to it until it has `usagePerTool` queries. */
function splitByUsage(
  queries: readonly QueryLine[],
  usagePerTool: number,
  seed: number,
): { served: Map<string, string[]>; rest: QueryLine[] } {
  const served = new Map<string, string[]>();
  const rest: QueryLine[] = [];
  for (const query of shuffled(queries, seed)) {
    const [tool] = query.gold;
    const known = tool === undefined ? [] : (served.get(tool) ?? []);
    if (tool !== undefined && query.gold.length === 1 && known.length < usagePerTool) {
      served.set(tool, [...known, query.query]);
    } else {
      rest.push(query);
    }
  }
  return { served, rest };
}

function figures(
  queries: readonly QueryLine[],
  search: (query: string) => readonly string[],
): RetrievalFigures {
  const sums = { recallAt1: 0, recallAt5: 0, recallAt10: 0, ndcgAt10: 0 };
  for (const { query, gold } of queries) {
    const wanted = new Set(gold);
    const hits = search(query).map((id) => wanted.has(id));
    const recall = (depth: number) => hits.slice(0, depth).filter(Boolean).length / wanted.size;
    sums.recallAt1 += recall(1);
    sums.recallAt5 += recall(5);
    sums.recallAt10 += recall(10);
    const gain = hits.reduce((sum, hit, rank) => sum + (hit ? 1 / Math.log2(rank + 2) : 0), 0);
    let ideal = 0;
    for (let rank = 0; rank < Math.min(10, wanted.size); rank++) ideal += 1 / Math.log2(rank + 2);
    sums.ndcgAt10 += gain / ideal;
  }
  const percent = (sum: number) => (100 * sum) / Math.max(1, queries.length);
  return {
    recallAt1: percent(sums.recallAt1),
    recallAt5: percent(sums.recallAt5),
    recallAt10: percent(sums.recallAt10),
    ndcgAt10: percent(sums.ndcgAt10),
  };
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed, "split");
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}

/** @param share In [0, 1]. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, z) => a - z);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
