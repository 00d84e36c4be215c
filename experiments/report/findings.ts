/** The conclusions from the data, in sentences, and what the data do not show. */
import type { Comparison } from "./compare.ts";
import type { ReportData } from "./data.ts";
import { SIGNIFICANT } from "./statistics.ts";

export function findings(data: ReportData): readonly string[] {
  const subjects = [
    ...data.sections.map(({ task, budget, comparisons, arms, decidedBy }) => ({
      title: `${task} (${budget})`,
      by: decidedBy === "sealed" ? "sealed score" : "training score; the task has no sealed split",
      comparisons,
      baselines: arms.filter(({ arm }) => arm.baseline).length,
    })),
    ...data.families.map(({ name, tasks, budget, comparisons, arms }) => ({
      title: `${name}, ${tasks.length} tasks (${budget})`,
      by: "share of seeds that solve a task, paired by task",
      comparisons,
      baselines: arms.filter(({ arm }) => arm.baseline).length,
    })),
  ];
  return subjects.flatMap(({ title, by, comparisons, baselines }) => {
    if (baselines === 0) {
      return [`${title}: no baseline ran at this budget, so the benefit of the search is unknown.`];
    }
    const shown = comparisons.filter(({ verdict }) => verdict !== "not shown");
    const claims = shown.map(
      ({ arm, baseline, verdict, difference = 0, corrected = 1, pairs }) =>
        `${title}: ${arm} is ${verdict} than ${baseline} by ${Math.abs(difference).toPrecision(3)} (${by}; ${pairs} pairs, corrected p = ${corrected.toPrecision(2)}).`,
    );
    const open = comparisons.length - shown.length;
    if (open === 0) return claims;
    return [...claims, `${title}: ${openText(comparisons, shown.length)}`];
  });
}

function openText(comparisons: readonly Comparison[], shown: number): string {
  const open = comparisons.filter(({ verdict }) => verdict === "not shown");
  const [first] = open;
  const same = open.every(({ reason }) => reason === first?.reason);
  const head =
    shown === 0
      ? "no difference from a baseline is shown"
      : `${open.length} other comparison${open.length === 1 ? "" : "s"} with a baseline show${open.length === 1 ? "s" : ""} no difference`;
  return `${head}${same && first !== undefined ? `: ${first.reason}` : " (reasons in the table)"}.`;
}

/** How the figures were computed; part of every report. */
export const METHODS: readonly string[] = [
  "All arms of a task have the same budget and the same seeds. A baseline is a simple strategy (random parents, independent samples, or the best program as the only parent) with the same generator, or the task's parametric family without any search; the floor is the null candidate.",
  "Higher scores are better. The sealed score decides if a task has a sealed split; a winner that fails on it counts as the null candidate. Training curves show the progress of a search, not the quality of its program.",
  "Intervals are 95 % percentile bootstrap intervals of the mean over seeds (over tasks for a suite), with 2,000 resamples; with few seeds they are too narrow rather than too wide.",
  `Tests are two-sided sign-flip permutation tests on differences paired by seed (by task for a suite), exact up to 16 pairs, with Holm's correction over all comparisons of this report. A difference is claimed only if the corrected p is below ${SIGNIFICANT}. With n pairs the smallest possible p is 2^(1-n): 0.0625 with 5 pairs.`,
  "Evaluations, scores and programs depend only on seeds and configuration; seconds and evaluations per second depend on the machine and its load.",
];
