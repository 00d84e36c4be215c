/**
 * Tries a stored tool as a caller would: its own source, its own limits, the caller's arguments. The
 * output is scored outside the sandbox.
 */
import type { Approvals } from "../core/approvals.ts";
import type { Execution } from "../core/execution.ts";
import type { Evaluator, Sandbox } from "../core/ports.ts";
import { present } from "../core/present.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import { actsOutside, type Tool } from "../core/tool.ts";
import type { Trial } from "../work/affordance.ts";
import { approvalQuestion } from "./approvals.ts";
import { positionalFault } from "./arguments.ts";
import { type Runnable, runTool } from "./run-tool.ts";

export interface TrialPorts {
  readonly sandbox: Sandbox;
  readonly evaluator: Evaluator;
}

/**
 * Why a tool must not be tried, as a sentence; undefined if it may be. A trial asks nobody for approval,
 * so it must not have any effect outside the sandbox.
 */
export function untriedBecause(
  tool: Tool,
  approvals: Approvals,
  instances: readonly TaskInstance[],
): string | undefined {
  if (actsOutside(tool)) return "it can have external effects, so it was not tried.";
  const inputs = instances.map(({ input }) => [...input]);
  const misfit = inputs.map((input) => positionalFault(tool, input)).find(Boolean);
  if (misfit !== undefined) return `${misfit}, so it was not tried.`;
  const leaves = tool.language === "mcp" || tool.language === "command";
  return leaves && approvalQuestion(approvals, tool, inputs) !== undefined
    ? "these inputs need a person's approval, so it was not tried."
    : undefined;
}

/** @param floor Fitness to exceed; undefined: the task's target must be reached. */
export async function tryTool(
  { sandbox, evaluator }: TrialPorts,
  tool: Runnable,
  task: Task,
  instances: readonly TaskInstance[],
  floor: number | undefined,
  signal: AbortSignal,
): Promise<Trial> {
  const inputs = instances.map(({ input }) => input);
  const executions = await runTool(sandbox, tool, inputs, signal);
  return judge(evaluator, task, instances, executions, floor);
}

/** @param floor See `tryTool`. */
export function judge(
  evaluator: Evaluator,
  task: Task,
  instances: readonly TaskInstance[],
  executions: readonly Execution[],
  floor: number | undefined,
): Trial {
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

/** The best of a task's seeds on some instances: the baseline without any tool. */
export async function bestSeed(
  { sandbox, evaluator }: TrialPorts,
  task: Task,
  instances: readonly TaskInstance[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const harness = present({ harness: task.harness });
  const executions = await sandbox.runBatch(
    {
      programs: task.kernel.seeds.map((source) => ({
        language: task.language ?? "typescript",
        source,
        entry: task.kernel.entry,
        ...present({ uses: task.uses }),
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
