/** Builds the stored record from the winner of a run, and the instances for the gate. */
import { canonicalJson } from "../core/json.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { Case, Tool } from "../core/tool.ts";
import type { EvolveResult, Winner } from "../evolve/loop/run.ts";
import type { TaskGoal } from "../work/goal.ts";

export interface DraftPorts {
  readonly digest: (tool: Omit<Tool, "digest">) => string;
  readonly requestId: string;
  readonly seed: number;
  /** ISO 8601. */
  readonly now: () => string;
}

/** Generous, because a caller's inputs may be larger than the training inputs. */
const TOOL_TIMEOUT_MS = 30_000;

/**
 * @param name Its own name, or another one if that belongs to another tool.
 * @param newest The newest version of that name, if there is one.
 */
export function draftTool(
  ports: DraftPorts,
  { task, request }: Pick<TaskGoal, "task" | "request">,
  winner: Winner,
  runId: string,
  name: string = task.spec.name,
  newest?: Tool,
): Tool {
  const published = task.tool(winner.program.source);
  const tool: Omit<Tool, "digest"> = {
    capabilities: { network: [], files: false, model: false },
    ...published,
    name,
    signature: renamed(published.signature, published.name, name),
    version: (newest?.version ?? 0) + 1,
    limits: { ...task.limits, timeoutMs: Math.max(task.limits.timeoutMs, TOOL_TIMEOUT_MS) },
    cases: withInherited(
      casesOf([
        ...task.instances("train", ports.seed),
        ...(task.target === undefined ? [] : task.instances("validation", ports.seed)),
      ]),
      newest === undefined || newest.status === "deprecated" ? [] : newest.cases,
    ),
    task: task.name,
    evaluation: {
      train: winner.program.fitness,
      heldOut: winner.sealed?.fitness ?? winner.program.fitness,
      measures: { ...winner.sealed?.measures },
    },
    lineage: { runId, requestId: ports.requestId, parents: [winner.program.digest] },
    status: "active",
    usage: {
      calls: 0,
      successes: 0,
      totalMs: 0,
      costUsd: 0,
      lastErrors: [],
      queries: [request.objective],
    },
    createdAt: ports.now(),
  };
  return { ...tool, digest: ports.digest(tool) };
}

/** Only the function's own name, at the beginning. */
function renamed(signature: string, from: string, to: string): string {
  return signature.replace(new RegExp(`^(\\s*(?:function\\s+)?)${from}\\b`), `$1${to}`);
}

/** What a version promised, the next one promises too. */
function withInherited(own: readonly Case[], stored: readonly Case[]): Case[] {
  const known = new Set(own.map(({ args }) => canonicalJson(args)));
  return [...own, ...stored.filter(({ args }) => !known.has(canonicalJson(args)))];
}

/** Instances with a known result are stored with the tool: its next version must pass them too. */
function casesOf(instances: readonly TaskInstance[]): Case[] {
  return instances.flatMap(({ input, expected }) =>
    expected === undefined ? [] : [{ args: [...input], expected }],
  );
}

/** All cases must pass. If a score is measured, only the sealed instances count. */
export function gateInstances(task: Task, seed: number): readonly TaskInstance[] {
  const sealed = task.instances("sealed", seed);
  const training = task.instances("train", seed);
  if (task.target !== undefined) {
    return [...sealed, ...task.instances("validation", seed), ...training];
  }
  return sealed.length > 0 ? sealed : training;
}

/** Why the search may have failed, for people: the kind of task and what could help. */
export function explainFailure(
  task: Task,
  result: EvolveResult,
  winner: Winner,
): readonly string[] {
  const reached = task.target === undefined || winner.program.fitness >= task.target;
  if (reached) {
    return ["The winner does well only on the training inputs. Add more inputs."];
  }
  return [
    `The search ended by ${result.stopped} after ${result.evaluations} evaluations with a training ` +
      `fitness of ${winner.program.fitness.toPrecision(4)}, expected ${task.target}. Tasks with loops, ` +
      "several steps or flat scores need a language model: configure one (see README, Models), or " +
      "give seeds that are close to a solution.",
  ];
}
