/**
 * Statistics of all tools on the server for the ranking: how many have a status, and how many of them
 * contain each term. Counted by the server (a facet over the payload's terms), and cached for a while.
 */
import type { TermStatistics } from "../retrieval/information.ts";
import { similarTerms } from "../retrieval/similar.ts";
import type { Connection } from "./connection.ts";

export interface Counted {
  readonly size: number;
  readonly frequencies: ReadonlyMap<string, number>;
}

export interface CachedStatistics {
  readonly statistics: TermStatistics;
  /** Counts again if the cached values are too old. */
  refresh(): Promise<void>;
  /** Call it after a write of this process: the cached values are outdated. */
  invalidate(): void;
}

/** Writes of other processes change weights only a little, so they may be counted this much later. */
const OTHERS_MS = 10_000;
/** Own writes are counted immediately in a small store; in a large one counting costs too much. */
const SMALL = 5_000;
const OWN_MS = 2_000;
/** More terms than any store has; the server returns at most as many as there are. */
const ALL_TERMS = 10_000_000;

export async function countTerms(
  connection: Connection,
  collection: string,
  filter: object,
): Promise<Counted> {
  const [{ count }, { hits }] = await Promise.all([
    connection.call((client) => client.count(collection, { filter, exact: true })),
    connection.call((client) =>
      client.facet(collection, { key: "terms", filter, limit: ALL_TERMS, exact: true }),
    ),
  ]);
  return {
    size: count,
    frequencies: new Map(hits.map((hit) => [String(hit.value), hit.count])),
  };
}

export function cachedStatistics(
  count: () => Promise<Counted>,
  monotonicMs: () => number,
): CachedStatistics {
  const vocabulary: string[] = [];
  const known = new Set<string>();
  let counted: Counted = { size: 0, frequencies: new Map() };
  let countedAt = Number.NEGATIVE_INFINITY;
  let outdated = true;
  const frequency = (term: string): number => counted.frequencies.get(term) ?? 0;
  const similar = similarTerms(vocabulary, (term) => frequency(term) > 0);

  return {
    statistics: {
      get size() {
        return counted.size;
      },
      frequency,
      similar: similar.of,
    },
    async refresh() {
      const age = monotonicMs() - countedAt;
      const maxAge = !outdated ? OTHERS_MS : counted.size < SMALL ? 0 : OWN_MS;
      if (age < maxAge) return;
      outdated = false;
      counted = await count();
      countedAt = monotonicMs();
      for (const term of counted.frequencies.keys()) {
        if (known.has(term)) continue;
        known.add(term);
        vocabulary.push(term);
      }
    },
    invalidate() {
      outdated = true;
    },
  };
}
