/** Suites: tasks of one name before the slash, judged by the share that is solved. */
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
    /** Share of seeds that solved it, by task. */
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
  // A cell without a result solved nothing; to leave it out would flatter the arm.
  const lost = failed.filter(
    ({ cell }) => familyName(cell.task) === name && budgetText(cell.budget) === first.budget,
  );
  const arms = [...Map.groupBy(results, ({ arm }) => arm.name)].map(([armed, list]) => {
    const solved = new Map(
      list.map(({ task, arm }) => {
        const cells = arm.records.length + arm.failedCells;
        return [task, solvedCount(arm.records) / cells];
      }),
    );
    for (const record of lost) {
      const { task } = record.cell;
      if (armName(record) === armed && !solved.has(task)) solved.set(task, 0);
    }
    const shares = [...solved.values()];
    return {
      name: armed,
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
      ...new Set([...sections.map(({ task }) => task), ...lost.map(({ cell }) => cell.task)]),
    ],
    arms,
    comparisons: pairs(arms).map(([arm, baseline]) => compare(arm, baseline)),
  };
}

/** What stands before the slash of a suite's tasks; a path has none. */
export function familyName(task: string): string | undefined {
  return task.startsWith("/") || !task.includes("/") ? undefined : task.split("/")[0];
}
