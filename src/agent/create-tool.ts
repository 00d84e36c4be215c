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
import type { Execution } from "../core/execution.ts";
import type { Evaluation, ToolStore } from "../core/ports.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { Case, Tool } from "../core/tool.ts";
import type { EvolveResult, Winner } from "../evolve/run.ts";
import type { Goal, Observation } from "./stages.ts";
import { bestSeed, callOnAll, type TrialPorts } from "./trial.ts";

/** What the gate decides on; its rules live with the tool store. */
export interface GateFacts {
  readonly candidate: Tool;
  readonly incumbent?: Tool;
  /** The published tool, called as callers call it, on the sealed instances. */
  readonly heldOut: Evaluation;
  /** The incumbent's, on the same instances. */
  readonly incumbentHeldOut?: Evaluation;
  /** Fitness that has to be reached. */
  readonly floor: number;
  readonly resolution: number;
  /** Other stored tools that behave alike. */
  readonly duplicates: readonly {
    readonly name: string;
    readonly version: number;
    readonly agreed: number;
  }[];
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
  /** Whether two tools that ran on the same inputs behave the same. */
  readonly alike: (
    left: readonly Execution[],
    right: readonly Execution[],
  ) => { readonly duplicate: boolean; readonly agreed: number };
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
    const [twin] = facts.duplicates;
    const refused = await refuse(ports, name, runId, [...decision.reasons, ...explained]);
    return twin === undefined
      ? refused
      : { ...refused, instead: await ports.tools.get(twin.name, twin.version) };
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
): Promise<Observation & { readonly kind: "tool-refused" }> {
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
  const call = (tool: Tool): Promise<readonly Execution[]> =>
    callOnAll(ports.sandbox, tool, instances, signal);
  const judge = (executions: readonly Execution[]): Evaluation =>
    ports.evaluator.evaluate(task, instances, executions);

  const own = await call(candidate);
  const active = incumbent?.status === "active" ? incumbent : undefined;
  const resolution = task.resolution ?? 1e-9;
  const baseline = winner.baseline?.fitness ?? (await bestSeed(ports, task, instances, signal));
  return {
    candidate,
    heldOut: judge(own),
    // What is no better than the seeds is no tool: everybody has the seeds already.
    floor: task.target ?? (baseline ?? Number.NEGATIVE_INFINITY) + 2 * resolution,
    resolution,
    duplicates: await twins(ports, candidate, own, call),
    ...(active === undefined
      ? {}
      : { incumbent: active, incumbentHeldOut: judge(await call(active)) }),
  };
}

/** Stored tools that a new one is compared with, at the most: each costs a run. */
const COMPARED = 50;

/** Active tools of other names, taking as many parameters, that behave alike. */
async function twins(
  ports: CreateToolPorts,
  candidate: Tool,
  own: readonly Execution[],
  call: (tool: Tool) => Promise<readonly Execution[]>,
): Promise<GateFacts["duplicates"]> {
  const others = (await ports.tools.list())
    .filter((tool) => tool.name !== candidate.name && arity(tool) === arity(candidate))
    .slice(0, COMPARED);
  const found: { name: string; version: number; agreed: number }[] = [];
  for (const tool of others) {
    const { duplicate, agreed } = ports.alike(own, await call(tool));
    if (duplicate) found.push({ name: tool.name, version: tool.version, agreed });
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
