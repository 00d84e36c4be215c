/**
 * Quality by evaluations, as rows: for each task and arm the mean training score over seeds after
 * several shares of the budget, and the mean sealed score at its end, each with its interval.
 */
import type { DoneRecord } from "../run/record.ts";
import type { ReportData } from "./data.ts";
import type { Family } from "./family.ts";
import type { ArmResult, Section } from "./section.ts";
import { bootstrapMean, meanOf } from "./statistics.ts";

export interface QualityRow {
  /** A task, or a suite. */
  readonly task: string;
  readonly arm: string;
  readonly seeds: number;
  readonly evaluations: number;
  /** `training`: best score so far, or solved share of the suite; `sealed`: at the end. */
  readonly split: "training" | "sealed";
  readonly mean: number | null;
  /** Bootstrap over seeds, 95 %. */
  readonly low: number | null;
  readonly high: number | null;
}

const SHARES = [0.1, 0.3, 1] as const;

/** @returns Tasks, then suites; sorted by arm, then by evaluations. */
export function qualityRows({ sections, families }: ReportData): readonly QualityRow[] {
  return [
    ...sections.flatMap((section) => section.arms.flatMap((arm) => ofArm(section, arm))),
    ...families.flatMap(ofFamily),
  ];
}

function ofArm({ task, decidedBy }: Section, { name, records, scores }: ArmResult): QualityRow[] {
  const budget = budgetOf(records);
  const row = { task, arm: name, seeds: records.length };
  const training = SHARES.map((share): QualityRow => {
    const evaluations = Math.round(share * budget);
    const reached = records.flatMap(({ outcome }) => best(outcome, evaluations) ?? []);
    return { ...row, evaluations, split: "training", ...estimate(reached) };
  });
  if (decidedBy === "training") return training;
  const sealed = estimate([...scores.values()]);
  return [...training, { ...row, evaluations: budget, split: "sealed", ...sealed }];
}

function ofFamily({ name, tasks, arms }: Family): QualityRow[] {
  return arms.flatMap((arm) => {
    const seeds = [...Map.groupBy(arm.records, ({ cell }) => cell.seed).values()];
    const budget = budgetOf(arm.records);
    const row = { task: name, arm: arm.name, seeds: seeds.length };
    const share = (holds: (record: DoneRecord) => boolean) =>
      estimate(seeds.map((own) => own.filter(holds).length / tasks.length));
    return [
      ...SHARES.map((part): QualityRow => {
        const evaluations = Math.round(part * budget);
        const right = share(({ outcome }) => (best(outcome, evaluations) ?? 0) >= 1);
        return { ...row, evaluations, split: "training", ...right };
      }),
      {
        ...row,
        ...{ evaluations: budget, split: "sealed" as const },
        ...share(({ outcome }) => outcome.solved === true),
      },
    ];
  });
}

/** At the end of the budget all points count, because seed programs may exceed it. */
function best({ curve, evaluations: all }: DoneRecord["outcome"], by: number): number | undefined {
  return by >= all ? curve.at(-1)?.fitness : curve.findLast((p) => p.evaluations <= by)?.fitness;
}

/** The budget in evaluations; with a time budget, the evaluations that were used. */
function budgetOf(records: readonly DoneRecord[]): number {
  const used = records.map(({ outcome }) => outcome.evaluations);
  return records[0]?.cell.budget.evaluations ?? Math.max(0, ...used);
}

function estimate(values: readonly number[]): Pick<QualityRow, "mean" | "low" | "high"> {
  const interval = bootstrapMean(values);
  return {
    mean: meanOf(values) ?? null,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  };
}
