/**
 * One arm against one baseline over what both have, and what may be said of it. A sentence claims a
 * difference only where the corrected p carries it.
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
  /** By seed, or by task for a suite; higher is better. */
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
  /** Why it is no claim, or that it is one. */
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

/** All comparisons of a report, corrected together, in the shape that they came in. */
export function corrected(groups: readonly (readonly Comparison[])[]): Comparison[][] {
  const all = groups.flat().filter(({ p }) => p !== undefined);
  const adjusted = holm(all.map(({ p }) => p ?? 1));
  const byComparison = new Map(all.map((comparison, index) => [comparison, adjusted[index]]));
  return groups.map((group) =>
    group.map((comparison) => judged(comparison, byComparison.get(comparison), all.length)),
  );
}

function judged(comparison: Comparison, p: number | undefined, family: number): Comparison {
  const { difference = 0, pairs, smallest = 1 } = comparison;
  const base = { ...comparison, corrected: p };
  if (p === undefined) return { ...base, reason: "no seed that both have" };
  if (p < SIGNIFICANT) {
    return {
      ...base,
      verdict: difference > 0 ? "better" : "worse",
      reason: `corrected p = ${p.toPrecision(2)} over ${pairs} pairs`,
    };
  }
  // The least that Holm asks of the smallest of the family.
  const reachable = smallest * family;
  const reason =
    smallest >= SIGNIFICANT
      ? `${pairs} pairs can not show it: the smallest two-sided p that they allow is ${smallest}`
      : reachable >= SIGNIFICANT
        ? `${pairs} pairs could give p = ${Number(smallest.toPrecision(3))} at best, too much among ${family} comparisons`
        : `corrected p = ${p.toPrecision(2)}`;
  return { ...base, reason };
}
