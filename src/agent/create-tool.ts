/**
 * create_tool: evolve, gate, register.
 *
 *   evolve     a run of its own, linked from the request's trace
 *   publish    the winner in the form that callers use
 *   gate       the published tool, called as callers call it, on sealed instances
 *   register   the next version, durable, with its lineage
 *
 * A refusal is an outcome with reasons, not an error.
 */
import type { NewEvent } from "../core/event.ts";
import type { ToolStore } from "../core/ports.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { Case, Tool } from "../core/tool.ts";
import type { EvolveResult, Winner } from "../evolve/run.ts";
import type { Goal, Observation, Trial } from "./stages.ts";
import { bestSeed, type TrialPorts, tryTool } from "./trial.ts";

/** What the gate decides on; its rules live with the tool store. */
export interface GateFacts {
  readonly candidate: Tool;
  /** The published tool's sealed fitness; undefined with a reason when it failed. */
  readonly heldOut: number | undefined;
  readonly failure: string | undefined;
  /** Fitness that has to be beaten, or reached where the task has a target. */
  readonly floor: number | undefined;
  readonly target: number | undefined;
  /** The current version and its fitness on the same sealed instances. */
  readonly incumbent: { readonly tool: Tool; readonly heldOut: number | undefined } | undefined;
  /** Other stored tools that gave the same output on every sealed input. */
  readonly duplicates: readonly Tool[];
}

export type GateDecision =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly reasons: readonly string[] };

export interface CreateToolPorts extends TrialPorts {
  readonly tools: ToolStore;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
  /** Starts an evolution run of its own and gives its id with its result. */
  readonly evolve: (
    task: Task,
  ) => Promise<{ readonly runId: string; readonly result: EvolveResult }>;
  readonly gate: (facts: GateFacts) => GateDecision;
  readonly digest: (tool: Omit<Tool, "digest">) => string;
  readonly requestId: string;
  readonly seed: number;
  /** ISO 8601. */
  readonly now: () => string;
}

export async function createTool(
  ports: CreateToolPorts,
  goal: Goal,
  signal: AbortSignal,
): Promise<Observation> {
  const { task } = goal;
  const { name, description } = task.spec;
  await ports.trace([{ type: "tool-create", data: { name, description } }]);

  const { runId, result } = await ports.evolve(task);
  const { winner } = result;
  if (winner === undefined) {
    return refuse(ports, name, runId, ["No candidate ran on every training instance."]);
  }

  const incumbent = await current(ports.tools, name);
  const candidate = draft(ports, goal, winner, runId, (incumbent?.version ?? 0) + 1);
  const facts = await weigh(ports, task, candidate, incumbent, winner, signal);
  const decision = ports.gate(facts);
  if (!decision.accepted) {
    const explained = explain(task, result, winner);
    return refuse(ports, name, runId, [...decision.reasons, ...explained]);
  }

  await ports.tools.put(candidate);
  await ports.trace([
    {
      type: "tool-register",
      data: {
        name,
        version: candidate.version,
        digest: candidate.digest,
        description: candidate.description,
        parameters: candidate.parameters,
        source: candidate.source,
        evaluation: candidate.evaluation,
      },
      link: runId,
    },
  ]);
  return { kind: "tool-created", tool: candidate, runId };
}

const TOOL_TIMEOUT_MS = 30_000;

async function refuse(
  ports: CreateToolPorts,
  name: string,
  runId: string,
  reasons: readonly string[],
): Promise<Observation> {
  await ports.trace([{ type: "registration-refused", data: { name, reasons }, link: runId }]);
  return { kind: "tool-refused", reasons, runId };
}

async function current(tools: ToolStore, name: string): Promise<Tool | undefined> {
  const known = await tools.list({ statuses: ["candidate", "active", "deprecated"] });
  if (!known.some((tool) => tool.name === name)) return undefined;
  // Versions are gapless: the next one follows the newest, whatever its status.
  return (await tools.history(name)).at(-1);
}

function draft(
  ports: CreateToolPorts,
  { task, request }: Goal,
  winner: Winner,
  runId: string,
  version: number,
): Tool {
  const published = task.tool(winner.program.source);
  const tool: Omit<Tool, "digest"> = {
    ...published,
    version,
    // A caller's inputs may be larger than the training ones: the clock is there to stop it, no more.
    limits: { ...task.limits, timeoutMs: Math.max(task.limits.timeoutMs, TOOL_TIMEOUT_MS) },
    capabilities: { network: [], files: false, model: false },
    cases: casesOf(task.instances("train", ports.seed)),
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

/** Instances with a known result are kept with the tool: its next version has to pass them too. */
function casesOf(instances: readonly TaskInstance[]): Case[] {
  return instances.flatMap(({ input, expected }) =>
    expected === undefined ? [] : [{ args: [...input], expected }],
  );
}

async function weigh(
  ports: CreateToolPorts,
  task: Task,
  candidate: Tool,
  incumbent: Tool | undefined,
  winner: Winner,
  signal: AbortSignal,
): Promise<GateFacts> {
  const sealed = task.instances("sealed", ports.seed);
  const training = task.instances("train", ports.seed);
  // Cases have to pass one and all. Where a score is measured, only the sealed ones measure it.
  const instances =
    task.target !== undefined ? [...sealed, ...training] : sealed.length > 0 ? sealed : training;
  const lenient = Number.NEGATIVE_INFINITY;
  const judge = (tool: Tool): Promise<Trial> =>
    tryTool(ports, tool, { ...task, target: lenient }, instances, undefined, signal);

  const own = await judge(candidate);
  const old = incumbent?.status === "active" ? await judge(incumbent) : undefined;
  const floor =
    task.target === undefined
      ? (winner.baseline?.fitness ?? (await bestSeed(ports, task, instances, signal)))
      : undefined;
  return {
    candidate,
    heldOut: own.status === "serves" ? own.fitness : undefined,
    failure: own.status === "fails" ? own.reason : undefined,
    floor,
    target: task.target,
    incumbent:
      incumbent === undefined || old === undefined
        ? undefined
        : { tool: incumbent, heldOut: old.status === "serves" ? old.fitness : undefined },
    duplicates:
      own.status === "serves" ? await twins(ports, task, candidate, instances, own, signal) : [],
  };
}

/** Active tools of other names, taking as many parameters, that give the same outputs. */
async function twins(
  ports: CreateToolPorts,
  task: Task,
  candidate: Tool,
  instances: readonly TaskInstance[],
  own: Trial & { readonly status: "serves" },
  signal: AbortSignal,
): Promise<readonly Tool[]> {
  const others = (await ports.tools.list()).filter(
    (tool) => tool.name !== candidate.name && arity(tool) === arity(candidate),
  );
  const found: Tool[] = [];
  for (const tool of others) {
    const trial = await tryTool(
      ports,
      tool,
      { ...task, target: Number.NEGATIVE_INFINITY },
      instances,
      undefined,
      signal,
    );
    const same =
      trial.status === "serves" && JSON.stringify(trial.outputs) === JSON.stringify(own.outputs);
    if (same) found.push(tool);
  }
  return found;
}

function arity(tool: Tool): number {
  const { properties } = tool.parameters;
  return properties !== null && typeof properties === "object"
    ? Object.keys(properties).length
    : -1;
}

/** Why the search may have failed, for people: what kind of task it is and what could help. */
function explain(task: Task, result: EvolveResult, winner: Winner): readonly string[] {
  const reached = task.target === undefined || winner.program.fitness >= task.target;
  if (reached) {
    return ["The winner does well on the training inputs alone: more of them would say more."];
  }
  return [
    `The search ended by ${result.stopped} after ${result.evaluations} evaluations with a training ` +
      `fitness of ${winner.program.fitness.toPrecision(4)}, expected ${task.target}. Tasks with loops, ` +
      "several steps or flat scores need a language model: configure one (see README, Models), or " +
      "give seeds that come near.",
  ];
}
