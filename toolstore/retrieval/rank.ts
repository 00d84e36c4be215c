/**
 * The index that answers "which of these could help?": coverage of the request, of its clauses and of
 * the hypotheses, fused into one list whose first places go round among the clauses.
 *
 * A score is the share of information that a document covers, so it can be compared between requests,
 * and is low where nothing fits: see `noneBelow`.
 */
import { clauses } from "./clauses.ts";
import { type Coverage, coverage } from "./cover.ts";
import { type SearchDocument, strengths } from "./document.ts";
import { postings } from "./postings.ts";

export interface Ranked {
  readonly key: string;
  /** In [0, 1]. */
  readonly score: number;
}

export interface SearchText {
  readonly text: string;
  readonly hypotheses?: readonly string[];
  readonly limit: number;
}

export interface ToolIndex {
  /** Adds or replaces. Linear in the document's words. */
  put(key: string, document: SearchDocument): void;
  remove(key: string): void;
  readonly size: number;
  /** Best first, equal scores by key; nothing that covers no term of the request. */
  search(query: SearchText): Ranked[];
}

/** Nats at which a clause is trusted as much as the whole: some eight content words. */
const FULL_TRUST = 50;
/** How much the n-th tool for one clause steps back behind the first tools for the others. */
const CROWDING = 0.3;
const CROWDED = 100;
/** Share of what the other hypotheses say that is added to the best: "max + 0.3 sum". */
const AGREEMENT = 0.3;

interface Found {
  score: number;
  /** The clause that it covers best, -1 for none, and that clause's trust. */
  clause: number;
  trust: number;
}

export function toolIndex(): ToolIndex {
  const words = postings();
  const cover = coverage(words);

  /** One text: the mean of its whole and its best clause, or the whole where it is one clause. */
  function searchText(text: string): Map<number, Found> {
    const found = new Map<number, Found>();
    const parts = clauses(text);
    const share = parts.length === 0 ? 1 : 0.5;
    forEachShare(cover(text), (document, covered) => {
      found.set(document, { score: share * covered, clause: -1, trust: 0 });
    });
    const best = new Map<number, number>();
    parts.forEach((part, clause) => {
      const covering = cover(part);
      const trust = Math.min(1, covering.total / FULL_TRUST);
      forEachShare(covering, (document, covered) => {
        const entry = found.get(document) ?? { score: 0, clause: -1, trust: 0 };
        const before = best.get(document) ?? 0;
        const score = share * trust * covered;
        if (score <= before) return;
        best.set(document, score);
        found.set(document, { score: entry.score - before + score, clause, trust });
      });
    });
    return found;
  }

  return {
    put: (key, document) => words.put(key, strengths(document)),
    remove: (key) => words.remove(key),
    get size() {
      return words.size;
    },
    search({ text, hypotheses = [], limit }) {
      const found = searchText(text);
      if (hypotheses.length > 0) addHypotheses(found, hypotheses.map(cover));
      const ranked = [...found].map(([document, entry]) => ({
        key: words.keyOf(document),
        ...entry,
      }));
      ranked.sort(byScore);
      const head = ranked.slice(0, Math.max(limit, CROWDED));
      spread(head);
      return head.slice(0, limit).map(({ key, score }) => ({ key, score: Math.min(1, score) }));
    },
  };
}

/** Each document's best text, and a share of what the others say of it. */
function addHypotheses(found: Map<number, Found>, hypotheses: readonly Coverage[]): void {
  const sums = new Map<number, { best: number; sum: number }>();
  const add = (document: number, score: number) => {
    const { best, sum } = sums.get(document) ?? { best: 0, sum: 0 };
    sums.set(document, { best: Math.max(best, score), sum: sum + score });
  };
  for (const [document, { score }] of found) add(document, score);
  for (const hypothesis of hypotheses) forEachShare(hypothesis, add);
  for (const [document, { best, sum }] of sums) {
    const others = (sum - best) / hypotheses.length;
    const score = (best + AGREEMENT * others) / (1 + AGREEMENT);
    const entry = found.get(document);
    if (entry === undefined) found.set(document, { score, clause: -1, trust: 0 });
    else entry.score = score;
  }
}

/** Lets every clause have its first tool before one has its third; a list of one clause stays. */
function spread(ranked: (Found & { readonly key: string })[]): void {
  const taken = new Map<number, number>();
  for (const entry of ranked) {
    const before = taken.get(entry.clause) ?? 0;
    taken.set(entry.clause, before + 1);
    entry.score /= 1 + CROWDING * entry.trust * before;
  }
  ranked.sort(byScore);
}

function byScore(
  a: { readonly key: string; readonly score: number },
  z: { readonly key: string; readonly score: number },
): number {
  return z.score - a.score || (a.key < z.key ? -1 : a.key > z.key ? 1 : 0);
}

function forEachShare(
  { total, gains }: Coverage,
  visit: (document: number, share: number) => void,
): void {
  for (const [document, gain] of gains) visit(document, gain / total);
}
