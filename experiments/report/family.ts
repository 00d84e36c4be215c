/** Suites: tasks with the same name before the slash, scored by the share of solved tasks. */
import type { Arm } from "../manifest/grid.ts";
import type { CellRecord, DoneRecord } from "../run/record.ts";
import { armName, budgetText, pairs, solvedCount } from "./arms.ts";
import { type Comparison, compare } from "./compare.ts";
import type { Section } from "./section.ts";
import { bootstrapMean, type Interval, meanOf } from "./statistics.ts";

export interface Family {
  readonly name: string;
  readonly budget: string;
  readonly tasks: readonly string[];
  readonly arms: readonly {
    readonly name: string;
    readonly arm: Arm;
    /** Task -> share of seeds that solved it. */
    readonly solved: ReadonlyMap<string, number>;
    readonly mean: number | undefined;
    readonly interval: Interval | undefined;
    readonly records: readonly DoneRecord[];
  }[];
  readonly comparisons: readonly Comparison[];
}

export function familyOf(sections: readonly Section[], failed: readonly CellRecord[]): Family {
  const [first] = sections as readonly [Section, ...Section[]];
  const name = familyName(first.task) ?? first.task;
  const results = sections.flatMap(({ task, arms }) => arms.map((arm) => ({ task, arm })));
  // A cell without a result counts as not solved: without it the arm would look better.
  const failedCells = failed.filter(
    ({ cell }) => familyName(cell.task) === name && budgetText(cell.budget) === first.budget,
  );
  const arms = [...Map.groupBy(results, ({ arm }) => arm.name)].map(([armLabel, list]) => {
    const solved = new Map(
      list.map(({ task, arm }) => {
        const cells = arm.records.length + arm.failedCells;
        return [task, solvedCount(arm.records) / cells];
      }),
    );
    for (const record of failedCells) {
      const { task } = record.cell;
      if (armName(record) === armLabel && !solved.has(task)) solved.set(task, 0);
    }
    const shares = [...solved.values()];
    return {
      name: armLabel,
      arm: (list[0] as (typeof list)[number]).arm.arm,
      solved,
      scores: solved,
      mean: meanOf(shares),
      interval: bootstrapMean(shares),
      records: list.flatMap(({ arm }) => arm.records),
    };
  });
  return {
    name,
    budget: first.budget,
    tasks: [
      ...new Set([
        ...sections.map(({ task }) => task),
        ...failedCells.map(({ cell }) => cell.task),
      ]),
    ],
    arms,
    comparisons: pairs(arms).map(([arm, baseline]) => compare(arm, baseline)),
  };
}

/** The part of a task's name before the slash; undefined for a path. */
export function familyName(task: string): string | undefined {
  return task.startsWith("/") || !task.includes("/") ? undefined : task.split("/")[0];
}
