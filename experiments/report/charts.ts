/**
 * Plots as SVG text: a page that shows them needs no script. Curves are means over seeds of the best
 * training score so far, with their bootstrap intervals.
 */
import type { Markup } from "../../src/index.ts";
import type { CurvePoint } from "../run/record.ts";
import type { Family } from "./family.ts";
import { type Line, type PlotSize, plot } from "./plot.ts";
import type { ArmResult } from "./section.ts";
import { bootstrapMean, meanOf } from "./statistics.ts";

const POINTS = 48;

export type Against = "evaluations" | "seconds" | "costUsd";
const AXES: Readonly<Record<Against, string>> = {
  evaluations: "evaluations",
  seconds: "seconds of search",
  costUsd: "US dollars paid to models",
};

/** @returns undefined if there are no measurements for this axis. */
export function scoreChart(
  arms: readonly ArmResult[],
  against: Against,
  size: PlotSize,
): Markup | undefined {
  const lines = arms.flatMap((arm) => scoreLine(arm, against) ?? []);
  if (lines.length === 0) return undefined;
  return plot(lines, { x: AXES[against], y: "best training score, mean over seeds" }, size);
}

/** Share of a suite's tasks that are solved, by number of evaluations. */
export function solvedChart({ arms, tasks }: Family, size: PlotSize): Markup | undefined {
  const most = Math.max(
    1,
    ...arms.flatMap(({ records }) => records.map(({ outcome }) => outcome.evaluations)),
  );
  const lines = arms.map(({ name, arm, records }): Line => {
    const seeds = [...Map.groupBy(records, ({ cell }) => cell.seed).values()];
    const points = grid(1, most).map((x) => {
      const shares = seeds.map(
        (own) =>
          own.filter(
            ({ outcome }) =>
              outcome.solved === true && (outcome.curve.at(-1)?.evaluations ?? Infinity) <= x,
          ).length / tasks.length,
      );
      return { x, y: meanOf(shares) ?? 0, band: bootstrapMean(shares) };
    });
    return { name, dashed: arm.baseline, points };
  });
  return plot(lines, { x: "evaluations", y: "share of the suite that is solved" }, size);
}

function scoreLine(arm: ArmResult, against: Against): Line | undefined {
  const curves = arm.records.map(({ outcome }) => outcome.curve).filter(({ length }) => length > 0);
  const xs = curves.flat().flatMap((point) => point[against] ?? []);
  const least = Math.min(...xs.filter((x) => x > 0));
  const ends = arm.records.map(({ outcome }) =>
    against === "costUsd" ? outcome.cost.usd : outcome[against],
  );
  const most = Math.max(...xs, ...ends);
  if (!Number.isFinite(least) || !(most > 0)) return undefined;
  const points = grid(Math.min(least, most), most).flatMap((x) => {
    const values = curves.flatMap((curve) => bestBy(curve, against, x) ?? []);
    // Without a value for every seed, the mean would not be comparable with later ones.
    if (values.length < curves.length) return [];
    return [{ x, y: meanOf(values) ?? 0, band: bootstrapMean(values) }];
  });
  return points.length === 0 ? undefined : { name: arm.name, dashed: arm.arm.baseline, points };
}

function bestBy(curve: readonly CurvePoint[], against: Against, x: number): number | undefined {
  return curve.findLast((point) => (point[against] ?? Infinity) <= x)?.fitness;
}

/** Logarithmic steps from `low` to `high`, both included. */
function grid(low: number, high: number): readonly number[] {
  if (low >= high) return [high];
  const step = Math.log(high / low) / (POINTS - 1);
  return Array.from({ length: POINTS }, (_, index) =>
    index === POINTS - 1 ? high : low * Math.exp(step * index),
  );
}
