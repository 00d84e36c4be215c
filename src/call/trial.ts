/**
 * Trying a stored tool as its callers would: its own source, its own limits, the user's arguments.
 * What it gives is scored outside the sandbox.
 */
import type { Execution } from "../core/execution.ts";
import type { Evaluator, Sandbox } from "../core/ports.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import { programOf, type Tool } from "../core/tool.ts";
import type { Trial } from "../work/stages.ts";

export interface TrialPorts {
  readonly sandbox: Sandbox;
  readonly evaluator: Evaluator;
}

/** @param floor Fitness that has to be beaten; undefined: the task's target has to be reached. */
export async function tryTool(
  { sandbox, evaluator }: TrialPorts,
  tool: Pick<Tool, "language" | "source" | "entry" | "uses" | "limits">,
  task: Task,
  instances: readonly TaskInstance[],
  floor: number | undefined,
  signal: AbortSignal,
): Promise<Trial> {
  const executions = await callOnAll(sandbox, tool, instances, signal);
  const evaluation = evaluator.evaluate(task, instances, executions);
  if (evaluation.status === "failed") {
    return { status: "fails", reason: `${evaluation.kind}: ${evaluation.reason}` };
  }
  const { fitness, scores } = evaluation;
  const wanted = task.target ?? floor;
  const enough =
    wanted === undefined || (task.target === undefined ? fitness > wanted : fitness >= wanted);
  if (!enough) {
    const relation = task.target === undefined ? "above" : "at least";
    return {
      status: "fails",
      reason: `expected a fitness ${relation} ${round(wanted)}, got ${round(fitness)}.`,
    };
  }
  return {
    status: "serves",
    fitness,
    scores,
    outputs: executions.flatMap((execution) =>
      execution.status === "returned" ? [execution.output] : [],
    ),
    wallMs: executions.reduce(
      (sum, execution) => sum + (execution.status === "returned" ? execution.wallMs : 0),
      0,
    ),
  };
}

/** The tool called with each instance's input, in their order. */
export function callOnAll(
  sandbox: Sandbox,
  tool: Pick<Tool, "language" | "source" | "entry" | "uses" | "limits">,
  instances: readonly TaskInstance[],
  signal: AbortSignal,
): Promise<readonly Execution[]> {
  return sandbox.run(
    {
      program: programOf(tool),
      inputs: instances.map(({ input }) => input),
      limits: tool.limits,
      seed: 0,
    },
    signal,
  );
}

/** The best of a task's seeds on some instances: what can be had without any tool. */
export async function bestSeed(
  { sandbox, evaluator }: TrialPorts,
  task: Task,
  instances: readonly TaskInstance[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const harness = task.harness === undefined ? {} : { harness: task.harness };
  const executions = await sandbox.runBatch(
    {
      programs: task.kernel.seeds.map((source) => ({
        language: task.language ?? "typescript",
        source,
        entry: task.kernel.entry,
        ...(task.uses === undefined ? {} : { uses: task.uses }),
      })),
      inputs: instances.map(({ input }) => input),
      limits: task.limits,
      seed: 0,
      ...harness,
    },
    signal,
  );
  const fitness = executions.flatMap((list) => {
    const evaluation = evaluator.evaluate(task, instances, list);
    return evaluation.status === "scored" ? [evaluation.fitness] : [];
  });
  return fitness.length === 0 ? undefined : Math.max(...fitness);
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(5);
}
