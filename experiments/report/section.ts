/** One task at one budget: the results of its arms, and their comparisons with the baselines. */
import type { Arm } from "../manifest/grid.ts";
import type { DoneRecord } from "../run/record.ts";
import type { Comparison } from "./compare.ts";
import type { Interval } from "./statistics.ts";

export interface ArmResult {
  readonly name: string;
  readonly arm: Arm;
  readonly records: readonly DoneRecord[];
  /** Seed -> decisive score; a winner that fails on the sealed split counts as the null candidate. */
  readonly scores: ReadonlyMap<string, number>;
  readonly mean: number | undefined;
  readonly interval: Interval | undefined;
  readonly best: DoneRecord | undefined;
  readonly training: number | undefined;
  readonly sealedFailures: number;
  /** Cells without a result: the engine failed, or the time limit was exceeded. */
  readonly failedCells: number;
  readonly solved: number | undefined;
  readonly evaluations: number | undefined;
  readonly perSecond: number | undefined;
  readonly usd: number;
  readonly unpriced: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly measures: Readonly<Record<string, number>>;
}

export interface Section {
  readonly task: string;
  readonly budget: string;
  readonly decidedBy: "sealed" | "training";
  readonly floor: number | undefined;
  /** The best seed program. */
  readonly start: number | undefined;
  readonly arms: readonly ArmResult[];
  readonly comparisons: readonly Comparison[];
}
