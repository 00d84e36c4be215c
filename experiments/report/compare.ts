/**
 * Compares an arm with a baseline over their common seeds or tasks. A difference is claimed only if the
 * corrected p is significant.
 */
import {
  bootstrapMean,
  holm,
  type Interval,
  meanOf,
  SIGNIFICANT,
  signFlipTest,
} from "./statistics.ts";

export interface Scored {
  readonly name: string;
  /** Seed, or task for a suite -> score; higher is better. */
  readonly scores: ReadonlyMap<string, number>;
}

export interface Comparison {
  readonly arm: string;
  readonly baseline: string;
  readonly pairs: number;
  /** Arm minus baseline, mean over the pairs; undefined without a pair. */
  readonly difference: number | undefined;
  readonly interval: Interval | undefined;
  readonly p: number | undefined;
  /** After Holm's correction over all comparisons of the report. */
  readonly corrected: number | undefined;
  readonly smallest: number | undefined;
  readonly exact: boolean;
  readonly verdict: "better" | "worse" | "not shown";
  /** The reason for the verdict. */
  readonly reason: string;
}

export function compare(arm: Scored, baseline: Scored): Comparison {
  const differences = [...arm.scores].flatMap(([key, score]) => {
    const other = baseline.scores.get(key);
    return other === undefined ? [] : [score - other];
  });
  const test = differences.length === 0 ? undefined : signFlipTest(differences);
  return {
    arm: arm.name,
    baseline: baseline.name,
    pairs: differences.length,
    difference: meanOf(differences),
    interval: bootstrapMean(differences),
    p: test?.p,
    corrected: undefined,
    smallest: test?.smallest,
    exact: test?.exact ?? true,
    verdict: "not shown",
    reason: "",
  };
}

/** All comparisons of a report, corrected together; the groups stay the same. */
export function corrected(groups: readonly (readonly Comparison[])[]): Comparison[][] {
  const all = groups.flat().filter(({ p }) => p !== undefined);
  const adjusted = holm(all.map(({ p }) => p ?? 1));
  const byComparison = new Map(all.map((comparison, index) => [comparison, adjusted[index]]));
  return groups.map((group) =>
    group.map((comparison) => withVerdict(comparison, byComparison.get(comparison), all.length)),
  );
}

function withVerdict(comparison: Comparison, p: number | undefined, family: number): Comparison {
  const { difference = 0, pairs, smallest = 1 } = comparison;
  const base = { ...comparison, corrected: p };
  if (p === undefined) return { ...base, reason: "no common seed" };
  if (p < SIGNIFICANT) {
    return {
      ...base,
      verdict: difference > 0 ? "better" : "worse",
      reason: `corrected p = ${p.toPrecision(2)} over ${pairs} pairs`,
    };
  }
  // Holm multiplies the smallest p of the family by the number of comparisons.
  const reachable = smallest * family;
  const reason =
    smallest >= SIGNIFICANT
      ? `${pairs} pairs cannot show it: their smallest possible two-sided p is ${smallest}`
      : reachable >= SIGNIFICANT
        ? `the smallest possible p of ${pairs} pairs is ${Number(smallest.toPrecision(3))}, too high for ${family} comparisons`
        : `corrected p = ${p.toPrecision(2)}`;
  return { ...base, reason };
}
