/**
 * One cell: a search by the engine, or a task's parametric family, with the cell's seed and budget. The
 * result is a record. An interrupted cell resumes from its trace.
 */
import {
  digestJson,
  type Engine,
  type EvolveProgress,
  type Json,
  type Task,
} from "../../src/index.ts";
import { type Cell, PARAMETRIC } from "../manifest/grid.ts";
import { readSearch } from "./read-run.ts";
import type { DoneRecord, Outcome } from "./record.ts";

export interface CellPorts {
  readonly engine: Engine;
  readonly task: Task;
  readonly onProgress: (progress: EvolveProgress) => void;
}

/** @param again Whether an earlier process may have started it: then its trace is searched. */
export async function runCell(
  ports: CellPorts,
  cell: Cell,
  again: boolean,
  signal: AbortSignal,
): Promise<DoneRecord> {
  const { engine, onProgress } = ports;
  const task = cell.generator === PARAMETRIC ? parametricTask(ports.task, cell) : ports.task;
  const before = again ? await attemptsOf(engine, cell.id) : [];
  const [resume] = before;
  const { runId, result } = await engine.evolve(
    task,
    {
      seed: cell.seed,
      // The parametric family is measured once, without further search.
      budget: budgetOf(cell, task),
      generator: cell.generator === PARAMETRIC ? "mutation" : cell.generator,
      strategy: cell.strategy === PARAMETRIC ? "best-of-n" : cell.strategy,
      model: cell.settings ?? null,
      parent: cell.id,
      onProgress,
      ...(resume === undefined ? {} : { resume: resume.id }),
    },
    signal,
  );
  const { winner } = result;
  const story = await readSearch(engine.events, runId, winner?.program.digest);
  const fitness = winner?.program.fitness;
  const sealed = winner?.sealed?.fitness;
  const hasSealed = task.instances("sealed", cell.seed).length > 0;
  const decisive = hasSealed ? sealed : fitness;
  const outcome: Outcome = {
    runId,
    resumed: before.length,
    fitness,
    validation: winner?.validation,
    sealed,
    sealedFailure: winner?.sealedFailure,
    measures: {
      ...(winner?.sealed?.measures ?? trainMeasures(task, cell, winner?.program.scores)),
    },
    floor: winner?.floor?.fitness,
    start: cell.generator === PARAMETRIC ? undefined : winner?.baseline?.fitness,
    trainFloor: story.trainFloor,
    solved: task.target === undefined ? undefined : (decisive ?? -Infinity) >= task.target,
    evaluations: result.evaluations,
    proposals: result.proposals,
    repeats: story.repeats,
    seconds: result.seconds,
    failures: { ...result.failures },
    stopped: result.stopped,
    cost: story.cost,
    curve: [...story.curve],
    best:
      winner === undefined
        ? undefined
        : {
            source: winner.program.source,
            published: task.publish(winner.program.source).source,
            seed: story.bestSeed ?? "",
          },
    lineage: story.lineage,
  };
  return {
    status: "done",
    cell,
    taskDigest: taskDigest(ports.task, cell.seed),
    finishedAt: new Date().toISOString(),
    outcome,
  };
}

/** The family as seed programs, after the null candidate; each costs one evaluation. */
function parametricTask(task: Task, { seed }: Cell): Task {
  const [floor = ""] = task.kernel.seeds;
  const programs = task.parametric?.programs(seed) ?? [];
  return { ...task, kernel: { ...task.kernel, seeds: [floor, ...programs] } };
}

/** The run of a family that is smaller than the budget ends with its last program. */
function budgetOf({ budget, generator }: Cell, task: Task): Cell["budget"] {
  if (generator !== PARAMETRIC) return budget;
  const { length } = task.kernel.seeds;
  return { ...budget, evaluations: Math.min(length, budget.evaluations ?? length) };
}

/** Runs of this cell by earlier processes, the one with most events first. */
async function attemptsOf(engine: Engine, cellId: string) {
  const runs = await engine.events.runs();
  return runs
    .filter(({ parent, kind }) => parent === cellId && kind === "evolution")
    .sort((a, b) => b.events - a.events);
}

function trainMeasures(
  task: Task,
  { seed }: Cell,
  scores: readonly number[] | undefined,
): Readonly<Record<string, number>> {
  return scores === undefined ? {} : (task.measures?.(scores, task.instances("train", seed)) ?? {});
}

/** A digest over everything of the task that decides a result; functions are represented by their text. */
export function taskDigest(task: Task, seed: number): string {
  const { name, spec, kernel, harness, limits, quick, target, resolution } = task;
  const instances = (["train", "validation", "sealed"] as const).map((split) =>
    task.instances(split, seed),
  );
  const texts = [task.score, task.reduce, task.parametric?.programs].map(String);
  return digestJson(
    JSON.parse(
      JSON.stringify({
        ...{ name, spec, kernel, harness, limits, quick, target, resolution },
        instances,
        texts,
      }),
    ) as Json,
  );
}
