/** Names, pairs and counts of arms. */
import type { Arm } from "../manifest/grid.ts";
import type { CellRecord, DoneRecord } from "../run/record.ts";

/** Each arm that is not a baseline, paired with each baseline. */
export function pairs<T extends { readonly arm: Arm }>(
  arms: readonly T[],
): readonly (readonly [T, T])[] {
  const baselines = arms.filter(({ arm }) => arm.baseline);
  return arms
    .filter(({ arm }) => !arm.baseline)
    .flatMap((arm) => baselines.map((baseline) => [arm, baseline] as const));
}

export function armName({ cell }: CellRecord): string {
  const { strategy, generator, model } = cell;
  if (strategy === generator) return strategy;
  return `${strategy} · ${model ?? generator}`;
}

export function budgetText(budget: DoneRecord["cell"]["budget"]): string {
  const { evaluations, seconds } = budget;
  return [
    ...(evaluations === undefined ? [] : [`${evaluations} evaluations`]),
    ...(seconds === undefined ? [] : [`${seconds} s`]),
  ].join(", ");
}

export function solvedCount(records: readonly DoneRecord[]): number {
  return records.filter(({ outcome }) => outcome.solved === true).length;
}
