/**
 * "Which of these could help?": coverage of the request, of its clauses and of the hypotheses, with what
 * an embedder says where there is one, fused into one list whose first places go round among the clauses.
 *
 * What orders them is the share of information that a document covers; what is given out is how likely
 * that makes it in this store, so that it can be compared between requests and is low where nothing fits:
 * see `noneBelow`. The same function ranks a whole store in memory and the candidates that a server gave:
 * only documents and statistics come from elsewhere.
 */
import { likelihoods } from "./abstain.ts";
import { clauses } from "./clauses.ts";
import type { Cover } from "./cover.ts";
import { ask, type TermStatistics } from "./information.ts";
import { bestOf } from "./top.ts";
import { dot } from "./vectors.ts";

export interface Ranked {
  readonly key: string;
  /** How likely it is what was asked for, in (0, 1): see `likelihoods`. */
  readonly score: number;
}

export interface SearchText {
  readonly text: string;
  readonly hypotheses?: readonly string[];
  /** Of the text and of each hypothesis, of length 1, where there is an embedder. */
  readonly vectors?: readonly Float32Array[];
  readonly limit: number;
  /** Default: every document. */
  readonly admits?: (key: string) => boolean;
}

/** What is ranked. */
export interface Ranking {
  readonly statistics: TermStatistics;
  readonly cover: Cover;
  /** Room for the scores of all documents. */
  readonly scores: Scores;
  /** undefined: the document is no more. */
  keyOf(document: number): string | undefined;
  /** The document's own vector, and how many requests that it served are in it. */
  vectorOf(key: string): { readonly vector: Float32Array; readonly served: number } | undefined;
  /** Keys whose vectors lie nearest to one of these, in any order. */
  nearest(vectors: readonly Float32Array[]): Iterable<string>;
}

/** Numbers by document, used again by each search: a hundred thousand of them are no light matter. */
export interface Scores {
  readonly whole: Float64Array;
  readonly best: Float64Array;
  readonly sums: Float64Array;
  readonly clauseOf: Int8Array;
}

/** @param capacity Document numbers run below this. @returns Scores of zero, in `old` where it is large enough. */
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

/** Nats at which a clause is trusted as much as the whole: some eight content words. */
const FULL_TRUST = 50;
/** How much the n-th tool for one clause steps back behind the first tools for the others. */
const CROWDING = 0.3;
/** So many of the best by words go on to the end of the ranking. */
export const CONSIDERED = 200;
/** Share of what the other hypotheses say that is added to the best: "max + 0.3 sum". */
const AGREEMENT = 0.3;
/** Unrelated sentences have about this cosine: what lies above speaks for a document, what below against it. */
const INDIFFERENT = 0.3;
/** Weight of the cosine where no words fit; it falls with the square of what the words leave open. */
const SENSE = 0.3;
/** Weight of the cosine to many requests that a document served, and at how many half of it is reached. */
const HABIT = 0.4;
const HALF_HABIT = 5;

interface Candidate {
  readonly key: string;
  score: number;
  /** The clause that it covers best, -1 for none, and that clause's trust. */
  readonly clause: number;
  readonly trust: number;
}

/** @returns At most `limit`, best first, equal scores by key; nothing that has no word in common. */
export function rank(ranking: Ranking, query: SearchText): Ranked[] {
  const candidates = byWords(ranking, query);
  if (query.vectors !== undefined) bySense(ranking, query, query.vectors, candidates);
  const head = bestOf(candidates, Math.max(query.limit, CONSIDERED));
  spread(head);
  const found = head.filter(({ score }) => score > 0);
  const likely = likelihoods(found.map(({ score }) => score));
  return found.slice(0, query.limit).map(({ key }, i) => ({ key, score: likely[i] as number }));
}

/** The best by the words of the request, of its clauses and of the hypotheses. */
function byWords(
  ranking: Ranking,
  { text, hypotheses = [], limit, admits }: SearchText,
): Candidate[] {
  const { statistics, cover, keyOf } = ranking;
  const { whole, best, clauseOf } = ranking.scores;
  const trusts: number[] = [];
  const parts = clauses(text);
  // One text: the mean of its whole and its best clause, or the whole where it is one clause.
  const share = parts.length === 0 ? 1 : 0.5;
  cover(ask(text, statistics), (document, covered) => {
    whole[document] = share * covered;
  });
  parts.forEach((part, clause) => {
    const asked = ask(part, statistics);
    const trust = Math.min(1, asked.total / FULL_TRUST);
    trusts.push(trust);
    cover(asked, (document, covered) => {
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
          hypotheses.map((hypothesis) => ask(hypothesis, statistics)),
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

/** Each document's best text, and a share of what the others say of it. */
function withHypotheses(
  { cover, scores: { whole, best: most, sums } }: Ranking,
  hypotheses: readonly ReturnType<typeof ask>[],
): Float64Array {
  sums.set(whole);
  most.set(whole);
  for (const asked of hypotheses) {
    cover(asked, (document, covered) => {
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

/** Adds what the vectors say to every candidate, and the nearest that have no word in common. */
function bySense(
  ranking: Ranking,
  { admits }: SearchText,
  vectors: readonly Float32Array[],
  candidates: Candidate[],
): void {
  const known = new Set(candidates.map(({ key }) => key));
  const open = 1 - Math.min(1, candidates[0]?.score ?? 0);
  for (const key of ranking.nearest(vectors)) {
    if (known.has(key) || admits?.(key) === false) continue;
    known.add(key);
    candidates.push({ key, score: 0, clause: -1, trust: 0 });
  }
  for (const candidate of candidates) {
    const own = ranking.vectorOf(candidate.key);
    if (own === undefined) continue;
    const cosine = Math.max(...vectors.map((vector) => dot(vector, own.vector)));
    const above = cosine - INDIFFERENT;
    const habit = (HABIT * own.served) / (own.served + HALF_HABIT);
    candidate.score += SENSE * open * open * above + habit * Math.max(0, above);
  }
}

/** Lets every clause have its first tool before one has its third; a list of one clause stays. */
function spread(ranked: Candidate[]): void {
  const taken = new Map<number, number>();
  for (const entry of ranked) {
    const before = taken.get(entry.clause) ?? 0;
    taken.set(entry.clause, before + 1);
    entry.score /= 1 + CROWDING * entry.trust * before;
  }
  ranked.splice(0, ranked.length, ...bestOf(ranked, ranked.length));
}
