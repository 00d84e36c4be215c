/**
 * What a grid would take: seconds from a trial of each task's own starting programs, money from the
 * budgets of its models. Rough by nature, and it says what it stands on.
 */
import type { Engine, Task } from "../../src/index.ts";
import { type Cell, PARAMETRIC, type Workbench } from "./grid.ts";

export interface GridEstimate {
  readonly cells: number;
  readonly evaluations: number;
  /** Wall clock with so many workers. */
  readonly seconds: number;
  /** The most that models may be paid; undefined where a cell has no budget in dollars. */
  readonly mostUsd: number | undefined;
  readonly tasks: readonly {
    readonly task: string;
    readonly cells: number;
    readonly evaluationMs: number;
    readonly seconds: number;
  }[];
  /** What the figures stand on and what they leave out, in sentences. */
  readonly notes: readonly string[];
}

/** What the engine itself takes for one evaluation, beside the program. */
const ENGINE_MS = 0.6;
/** What a cell takes to begin and to end: picking the winner, sealed scores, the trace. */
const CELL_SECONDS = 0.3;

export async function estimateGrid(
  cells: readonly Cell[],
  workers: number,
  engine: Engine,
  bench: Workbench,
  signal: AbortSignal,
): Promise<GridEstimate> {
  const byTask = Map.groupBy(cells, ({ task }) => task);
  const tasks: GridEstimate["tasks"][number][] = [];
  for (const [name, own] of byTask) {
    if (own[0]?.kind !== "task") continue;
    const task = await bench.loadTask(name, "/");
    const evaluationMs = (await trialMs(task, engine, signal)) + ENGINE_MS;
    const seconds = own.reduce((sum, cell) => sum + cellSeconds(cell, task, evaluationMs), 0);
    tasks.push({ task: name, cells: own.length, evaluationMs, seconds });
  }
  const asking = cells.filter(({ settings }) => settings !== undefined);
  const prices = asking.map(({ settings }) => settings?.budgetUsd);
  return {
    cells: cells.length,
    evaluations: cells.reduce(
      (sum, { kind, budget }) => sum + (kind === "task" ? (budget.evaluations ?? 0) : 0),
      0,
    ),
    seconds: tasks.reduce((sum, { seconds }) => sum + seconds, 0) / Math.max(1, workers),
    mostUsd: prices.some((price) => price === undefined)
      ? undefined
      : prices.reduce<number>((sum, price) => sum + (price ?? 0), 0),
    tasks,
    notes: [
      "Seconds come from running each task's starting programs once; searches that reach their target end earlier, slow candidates take longer.",
      ...(asking.length === 0 ? [] : ["Waiting for models is not counted."]),
      ...(prices.some((price) => price === undefined)
        ? ["The cost is unknown: give every model a budgetUsd for one cell to bound it."]
        : []),
      ...(cells.some(({ kind }) => kind === "stream")
        ? ["Streams are not counted: each of their requests may take the whole budget of its cell."]
        : []),
    ],
  };
}

function cellSeconds({ budget, generator }: Cell, task: Task, evaluationMs: number): number {
  const family = generator === PARAMETRIC ? (task.parametric?.programs(1).length ?? 0) : Infinity;
  const evaluations = Math.min(budget.evaluations ?? Infinity, family);
  return CELL_SECONDS + Math.min((evaluations * evaluationMs) / 1000, budget.seconds ?? Infinity);
}

async function trialMs(task: Task, engine: Engine, signal: AbortSignal): Promise<number> {
  const sandbox = await engine.sandbox();
  const inputs = task.instances("train", 1).map(({ input }) => input);
  const { entry, seeds } = task.kernel;
  const programs = seeds.map((source) => ({ language: "typescript", source, entry }) as const);
  const job = {
    programs,
    inputs,
    limits: task.limits,
    seed: 1,
    ...(task.harness === undefined ? {} : { harness: task.harness }),
  };
  // The first run sends the inputs and warms the slot; the second is what a search sees.
  await sandbox.runBatch(job, signal);
  const begin = performance.now();
  await sandbox.runBatch(job, signal);
  return (performance.now() - begin) / Math.max(1, seeds.length);
}
