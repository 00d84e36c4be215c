/**
 * A batch's results for a report: for each task and budget all arms, each compared with every baseline
 * over their common seeds. All formats are written from this data.
 */
import { type Arm, taskLabel } from "../manifest/grid.ts";
import type { Manifest } from "../manifest/schema.ts";
import type { Batch } from "../run/journal.ts";
import type { CellRecord, DoneRecord } from "../run/record.ts";
import { armName, budgetText, pairs, solvedCount } from "./arms.ts";
import { compare, corrected } from "./compare.ts";
import { type Family, familyName, familyOf } from "./family.ts";
import type { ArmResult, Section } from "./section.ts";
import { bootstrapMean, meanOf } from "./statistics.ts";

export interface ReportData {
  readonly manifest: Manifest;
  readonly createdAt: string;
  readonly sections: readonly Section[];
  readonly families: readonly Family[];
  readonly missing: readonly { readonly id: string; readonly why: string }[];
  readonly cells: number;
  readonly records: readonly CellRecord[];
}

/** A family with fewer tasks is shown as single tasks. */
const FAMILY_SIZE = 3;

export function reportData(batch: Batch, records: readonly CellRecord[]): ReportData {
  const wanted = new Map(batch.cells.map((cell) => [cell.id, cell]));
  const own = records.filter(({ cell }) => wanted.has(cell.id));
  const known = new Map(own.map((record) => [record.cell.id, record]));
  const done = batch.cells.flatMap(({ id }) => {
    const record = known.get(id);
    return record?.status === "done" ? [record] : [];
  });
  const failed = own.filter(({ status }) => status === "failed");
  const groups = Map.groupBy(done, groupOf);
  const sections = [...groups].map(([key, list]) =>
    sectionOf(
      list,
      failed.filter((record) => groupOf(record) === key),
    ),
  );
  const byFamily = Map.groupBy(sections, ({ task, budget }) =>
    JSON.stringify([familyName(task), budget]),
  );
  const grouped = [...byFamily.values()].filter(
    (list) => list.length >= FAMILY_SIZE && familyName(list[0]?.task ?? "") !== undefined,
  );
  const families = grouped.map((list) => familyOf(list, failed));
  const inFamily = new Set(grouped.flat());
  const single = sections.filter((section) => !inFamily.has(section));
  // All comparisons of the report are corrected together.
  const all = corrected([...single, ...families].map(({ comparisons }) => comparisons));
  return {
    manifest: batch.manifest,
    createdAt: batch.createdAt,
    sections: single.map((section, index) => ({ ...section, comparisons: all[index] ?? [] })),
    families: families.map((family, index) => ({
      ...family,
      comparisons: all[single.length + index] ?? [],
    })),
    missing: batch.cells.flatMap(({ id }) => {
      const record = known.get(id);
      if (record === undefined) return [{ id, why: "not run" }];
      return record.status === "failed" ? [{ id, why: `${record.code}: ${record.message}` }] : [];
    }),
    cells: batch.cells.length,
    records: own,
  };
}

function groupOf({ cell }: CellRecord): string {
  return JSON.stringify([cell.task, cell.budget]);
}

function sectionOf(records: readonly DoneRecord[], failed: readonly CellRecord[]): Section {
  const [first] = records as readonly [DoneRecord, ...DoneRecord[]];
  const sealed = records.some(
    ({ outcome }) => outcome.sealed !== undefined || outcome.sealedFailure !== undefined,
  );
  const floors = records.flatMap(
    ({ outcome }) => (sealed ? outcome.floor : outcome.trainFloor) ?? [],
  );
  const floor = meanOf(floors);
  const arms = [...Map.groupBy(records, armName)].map(([name, list]) =>
    armOf(name, list, sealed, floor, failed.filter((record) => armName(record) === name).length),
  );
  return {
    task: taskLabel(first.cell.task),
    budget: budgetText(first.cell.budget),
    decidedBy: sealed ? "sealed" : "training",
    floor,
    start: meanOf(records.flatMap(({ outcome }) => outcome.start ?? [])),
    arms,
    comparisons: pairs(arms).map(([arm, baseline]) => compare(arm, baseline)),
  };
}

function armOf(
  name: string,
  records: readonly DoneRecord[],
  sealed: boolean,
  floor: number | undefined,
  failedCells: number,
): ArmResult {
  const [first] = records as readonly [DoneRecord, ...DoneRecord[]];
  const scores = new Map<string, number>();
  for (const { cell, outcome } of records) {
    const score = (sealed ? outcome.sealed : outcome.fitness) ?? floor;
    if (score !== undefined) scores.set(String(cell.seed), score);
  }
  const scoreOf = ({ outcome }: DoneRecord): number =>
    (sealed ? outcome.sealed : outcome.fitness) ?? Number.NEGATIVE_INFINITY;
  const seconds = sum(records.map(({ outcome }) => outcome.seconds));
  const evaluations = sum(records.map(({ outcome }) => outcome.evaluations));
  const values = [...scores.values()];
  return {
    name,
    arm: first.cell as Arm,
    records,
    scores,
    mean: meanOf(values),
    interval: bootstrapMean(values),
    best: records.toSorted((a, b) => scoreOf(b) - scoreOf(a))[0],
    training: meanOf(records.flatMap(({ outcome }) => outcome.fitness ?? [])),
    failedCells,
    sealedFailures: records.filter(({ outcome }) => outcome.sealedFailure !== undefined).length,
    solved: first.outcome.solved === undefined ? undefined : solvedCount(records),
    evaluations: evaluations / records.length,
    // A resumed cell reused recorded outcomes: it does not measure speed.
    perSecond:
      seconds > 0 && records.every(({ outcome }) => outcome.resumed === 0)
        ? evaluations / seconds
        : undefined,
    usd: sum(records.map(({ outcome }) => outcome.cost.usd)),
    unpriced: sum(records.map(({ outcome }) => outcome.cost.unpriced)),
    failures: totals(records.map(({ outcome }) => outcome.failures)),
    measures: means(records.map(({ outcome }) => outcome.measures)),
  };
}

function totals(
  list: readonly Readonly<Record<string, number>>[],
): Readonly<Record<string, number>> {
  const all: Record<string, number> = {};
  for (const counts of list) {
    for (const [key, count] of Object.entries(counts)) all[key] = (all[key] ?? 0) + count;
  }
  return all;
}

function means(
  list: readonly Readonly<Record<string, number>>[],
): Readonly<Record<string, number>> {
  const keys = new Set(list.flatMap((values) => Object.keys(values)));
  return Object.fromEntries(
    [...keys].map((key) => {
      const values = list.flatMap((measures) => measures[key] ?? []);
      return [key, meanOf(values) ?? 0];
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
