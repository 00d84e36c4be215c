/**
 * Ranks documents for a request: combines the coverage of the request, of its clauses and of the
 * hypotheses with an embedder's cosines, if there are any, into one list whose first places are
 * distributed among the clauses.
 *
 * The order is by the share of information that a document covers. The returned score is the likelihood
 * in this store that the document is relevant: it is comparable between requests, and low if nothing
 * fits, see `noneBelow`. The same function ranks a whole store in memory and the candidates of a server;
 * only the sources of documents and statistics differ.
 */
import { likelihoods } from "./abstain.ts";
import { clauses } from "./clauses.ts";
import type { Cover } from "./cover.ts";
import { queryTerms, type TermStatistics } from "./information.ts";
import { bestOf } from "./top.ts";
import { dot } from "./vectors.ts";

export interface Ranked {
  readonly key: string;
  /** Likelihood that it is relevant, in (0, 1): see `likelihoods`. */
  readonly score: number;
}

export interface SearchText {
  readonly text: string;
  readonly hypotheses?: readonly string[];
  /** Vectors of the text and of each hypothesis, of length 1, if there is an embedder. */
  readonly vectors?: readonly Float32Array[];
  readonly limit: number;
  /** Default: every document. */
  readonly admits?: (key: string) => boolean;
}

/** The documents to rank. */
export interface Ranking {
  readonly statistics: TermStatistics;
  readonly cover: Cover;
  /** Arrays for the scores of all documents. */
  readonly scores: Scores;
  /** undefined if the document was removed. */
  keyOf(document: number): string | undefined;
  /** The document's vector, and the number of served requests in it. */
  vectorOf(key: string): { readonly vector: Float32Array; readonly served: number } | undefined;
  /** Keys with the nearest vectors to any of these, in any order. */
  nearest(vectors: readonly Float32Array[]): Iterable<string>;
}

/** Numbers by document; reused by each search, because allocating a hundred thousand is expensive. */
export interface Scores {
  readonly whole: Float64Array;
  readonly best: Float64Array;
  readonly sums: Float64Array;
  readonly clauseOf: Int8Array;
}

/**
 * @param capacity All document numbers are below this.
 * @returns Scores of zero; reuses `old` if it is large enough.
 */
export function cleared(capacity: number, old?: Scores): Scores {
  if (old === undefined || old.whole.length < capacity) {
    const length = Math.ceil(1.5 * capacity);
    return {
      whole: new Float64Array(length),
      best: new Float64Array(length),
      sums: new Float64Array(length),
      clauseOf: new Int8Array(length),
    };
  }
  old.whole.fill(0);
  old.best.fill(0);
  old.clauseOf.fill(0);
  return old;
}

/** Information in nats from which a clause counts as much as the whole text: about eight content words. */
const FULL_TRUST = 50;
/** Penalty of the n-th tool for one clause, compared with the first tools for other clauses. */
const REPEAT_PENALTY = 0.3;
/** Number of the best candidates by words that the rest of the ranking considers. */
export const CONSIDERED = 200;
/** Share of the other hypotheses' scores that is added to the best one: "max + 0.3 sum". */
const AGREEMENT = 0.3;
/** Typical cosine of unrelated sentences: a higher one counts for a document, a lower one against it. */
const NEUTRAL_COSINE = 0.3;
/** Weight of the cosine if no words match; it falls with the square of the uncovered share. */
const COSINE_WEIGHT = 0.3;
/** Weight of the cosine for a document with many served requests, and the number for half of it. */
const SERVED_WEIGHT = 0.4;
const HALF_SERVED = 5;

interface Candidate {
  readonly key: string;
  score: number;
  /** The clause that it covers best, or -1, and that clause's trust. */
  readonly clause: number;
  readonly trust: number;
}

/** @returns At most `limit` documents, best first, equal scores by key; only scores above 0. */
export function rank(ranking: Ranking, query: SearchText): Ranked[] {
  const candidates = byWords(ranking, query);
  if (query.vectors !== undefined) addCosines(ranking, query, query.vectors, candidates);
  const head = bestOf(candidates, Math.max(query.limit, CONSIDERED));
  diversify(head);
  const found = head.filter(({ score }) => score > 0);
  const likely = likelihoods(found.map(({ score }) => score));
  return found.slice(0, query.limit).map(({ key }, i) => ({ key, score: likely[i] as number }));
}

/** The best documents by the words of the request, of its clauses and of the hypotheses. */
function byWords(
  ranking: Ranking,
  { text, hypotheses = [], limit, admits }: SearchText,
): Candidate[] {
  const { statistics, cover, keyOf } = ranking;
  const { whole, best, clauseOf } = ranking.scores;
  const trusts: number[] = [];
  const parts = clauses(text);
  // The score of a text: the mean of the whole text and its best clause, or only the whole text.
  const share = parts.length === 0 ? 1 : 0.5;
  cover(queryTerms(text, statistics), (document, covered) => {
    whole[document] = share * covered;
  });
  parts.forEach((part, clause) => {
    const query = queryTerms(part, statistics);
    const trust = Math.min(1, query.total / FULL_TRUST);
    trusts.push(trust);
    cover(query, (document, covered) => {
      const score = share * trust * covered;
      if (score <= (best[document] as number)) return;
      best[document] = score;
      clauseOf[document] = clause + 1;
    });
  });
  if (parts.length > 0) {
    for (let document = 0; document < whole.length; document++) {
      whole[document] = (whole[document] as number) + (best[document] as number);
    }
  }
  const scores =
    hypotheses.length === 0
      ? whole
      : withHypotheses(
          ranking,
          hypotheses.map((hypothesis) => queryTerms(hypothesis, statistics)),
        );

  const found: Candidate[] = [];
  for (const document of bestDocuments(scores, Math.max(limit, CONSIDERED), keyOf, admits)) {
    const clause = (clauseOf[document] as number) - 1;
    found.push({
      key: keyOf(document) as string,
      score: scores[document] as number,
      clause,
      trust: trusts[clause] ?? 0,
    });
  }
  return found;
}

/** Each document's best score over all texts, plus a share of the other scores. */
function withHypotheses(
  { cover, scores: { whole, best: most, sums } }: Ranking,
  hypotheses: readonly ReturnType<typeof queryTerms>[],
): Float64Array {
  sums.set(whole);
  most.set(whole);
  for (const query of hypotheses) {
    cover(query, (document, covered) => {
      sums[document] = (sums[document] as number) + covered;
      if (covered > (most[document] as number)) most[document] = covered;
    });
  }
  for (let document = 0; document < sums.length; document++) {
    const best = most[document] as number;
    const others = ((sums[document] as number) - best) / hypotheses.length;
    sums[document] = (best + AGREEMENT * others) / (1 + AGREEMENT);
  }
  return sums;
}

function bestDocuments(
  scores: Float64Array,
  limit: number,
  keyOf: (document: number) => string | undefined,
  admits: ((key: string) => boolean) | undefined,
): readonly number[] {
  const entries: { document: number; key: string; score: number }[] = [];
  let least = 0;
  const cut = (): void => {
    entries.splice(0, entries.length, ...bestOf(entries, limit));
    if (entries.length === limit) least = (entries.at(-1) as { score: number }).score;
  };
  for (let document = 0; document < scores.length; document++) {
    const score = scores[document] as number;
    if (score <= 0 || score < least) continue;
    const key = keyOf(document);
    if (key === undefined || admits?.(key) === false) continue;
    entries.push({ document, key, score });
    if (entries.length >= 4 * limit) cut();
  }
  cut();
  return entries.map(({ document }) => document);
}

/** Adds the nearest documents by vector to the candidates, and the cosine to every score. */
function addCosines(
  ranking: Ranking,
  { admits }: SearchText,
  vectors: readonly Float32Array[],
  candidates: Candidate[],
): void {
  const known = new Set(candidates.map(({ key }) => key));
  const uncovered = 1 - Math.min(1, candidates[0]?.score ?? 0);
  for (const key of ranking.nearest(vectors)) {
    if (known.has(key) || admits?.(key) === false) continue;
    known.add(key);
    candidates.push({ key, score: 0, clause: -1, trust: 0 });
  }
  for (const candidate of candidates) {
    const own = ranking.vectorOf(candidate.key);
    if (own === undefined) continue;
    const cosine = Math.max(...vectors.map((vector) => dot(vector, own.vector)));
    const above = cosine - NEUTRAL_COSINE;
    const weight = (SERVED_WEIGHT * own.served) / (own.served + HALF_SERVED);
    candidate.score += COSINE_WEIGHT * uncovered * uncovered * above + weight * Math.max(0, above);
  }
}

/** Lowers the scores of further tools for the same clause, so that every clause gets a tool early. */
function diversify(ranked: Candidate[]): void {
  const counts = new Map<number, number>();
  for (const entry of ranked) {
    const before = counts.get(entry.clause) ?? 0;
    counts.set(entry.clause, before + 1);
    entry.score /= 1 + REPEAT_PENALTY * entry.trust * before;
  }
  ranked.splice(0, ranked.length, ...bestOf(ranked, ranked.length));
}
