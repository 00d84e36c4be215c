/**
 * Estimates the cost of a grid: seconds from a trial of each task's seed programs, money from the
 * budgets of its models. The estimate is rough and lists its assumptions.
 */
import type { Engine, Task } from "../../src/index.ts";
import { type Cell, PARAMETRIC, type Workbench } from "./grid.ts";

export interface GridEstimate {
  readonly cells: number;
  readonly evaluations: number;
  /** Wall clock with the given number of workers. */
  readonly seconds: number;
  /** Maximum model costs; undefined if a cell has no budget in dollars. */
  readonly mostUsd: number | undefined;
  readonly tasks: readonly {
    readonly task: string;
    readonly cells: number;
    readonly evaluationMs: number;
    readonly seconds: number;
  }[];
  /** The assumptions of the figures and what they do not include, in sentences. */
  readonly notes: readonly string[];
}

/** The engine's time per evaluation, without the program. */
const ENGINE_MS = 0.6;
/** Time to start and to end a cell: choice of the winner, sealed scores, trace. */
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
  const modelCells = cells.filter(({ settings }) => settings !== undefined);
  const prices = modelCells.map(({ settings }) => settings?.budgetUsd);
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
      "Seconds are estimated from one run of each task's seed programs; searches that reach their target end earlier, slow candidates take longer.",
      ...(modelCells.length === 0 ? [] : ["Waiting for models is not included."]),
      ...(prices.some((price) => price === undefined)
        ? ["The cost is unknown: set a budgetUsd per cell for every model to limit it."]
        : []),
      ...(cells.some(({ kind }) => kind === "stream")
        ? ["Streams are not included: each of their requests may use the full budget of its cell."]
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
  // The first run sends the inputs and warms up the slot; only the second one is measured.
  await sandbox.runBatch(job, signal);
  const begin = performance.now();
  await sandbox.runBatch(job, signal);
  return (performance.now() - begin) / Math.max(1, seeds.length);
}
