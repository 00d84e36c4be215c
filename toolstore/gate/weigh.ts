/**
 * Gathers what the gate decides on: runs a candidate on its instances, the version that it would
 * replace beside it, the stored tools that may be the same, and the cases of whatever calls it.
 */
import type { Execution, Program } from "../../src/core/execution.ts";
import { type Json, sameJson } from "../../src/core/json.ts";
import type { Evaluation, Sandbox, ToolStore } from "../../src/core/ports.ts";
import { seededRandom } from "../../src/core/random.ts";
import { actsOutside, parameterNames, programOf, type Tool } from "../../src/core/tool.ts";
import { reachedBy, resolveWith } from "../link/graph.ts";
import { linkProgram, resolverOf } from "../link/link.ts";
import { behaviouralDuplicate, probeInputs } from "./behaviour.ts";
import type { DependantResult, DuplicateResult, GateFacts } from "./gate.ts";

export interface WeighPorts {
  readonly store: ToolStore;
  /** Runs programs that stand alone; links are resolved here. */
  readonly sandbox: Sandbox;
}

export interface WeighOptions {
  /** What it is judged on, sealed instances among them. */
  readonly inputs: readonly (readonly Json[])[];
  readonly judge: (executions: readonly Execution[]) => Evaluation;
  /** Fitness to reach. Default 1: every case right. */
  readonly floor?: number;
  readonly resolution?: number;
  readonly approvedDigest?: string;
}

/** Stored tools that a new one is compared with, at the most: each costs a run. */
const COMPARED = 50;
const VARIATIONS = 40;

export async function weighTool(
  ports: WeighPorts,
  candidate: Tool,
  { inputs, judge, ...options }: WeighOptions,
  signal: AbortSignal,
): Promise<GateFacts> {
  const resolve = resolveWith(ports.store, candidate);
  const own = await runTool(ports, candidate, inputs, resolve, signal);
  const incumbent = await incumbentOf(ports.store, candidate);
  // A tool of another server has its name to itself and is not run to be measured against.
  const comparable =
    incumbent !== undefined && incumbent.origin === undefined && !actsOutside(incumbent);
  return {
    candidate,
    heldOut: judge(own),
    ...(incumbent === undefined ? {} : { incumbent }),
    ...(comparable
      ? {
          incumbentHeldOut: judge(
            await runTool(ports, incumbent, inputs, resolverOf(ports.store), signal),
          ),
        }
      : {}),
    dependants: await dependantResults(ports, candidate, signal),
    duplicates: await duplicatesOf(ports, candidate, inputs, signal),
    ...options,
  };
}

async function incumbentOf(store: ToolStore, { name, version }: Tool): Promise<Tool | undefined> {
  if (version === 1) return undefined;
  const current = await store.get(name);
  return current.status === "active" && current.version !== version ? current : undefined;
}

/**
 * How the cases of every tool that would run the candidate come out with it in the place of the
 * version before. A case counts as passed that gives what it should, or what it gave before.
 */
async function dependantResults(
  ports: WeighPorts,
  candidate: Tool,
  signal: AbortSignal,
): Promise<readonly DependantResult[]> {
  const results: DependantResult[] = [];
  for (const tool of await reachedBy(ports.store, candidate.name)) {
    if (tool.cases.length === 0 || actsOutside(tool)) continue;
    const inputs = tool.cases.map(({ args }) => args);
    const before = await runTool(ports, tool, inputs, resolverOf(ports.store), signal);
    const after = await runTool(ports, tool, inputs, resolveWith(ports.store, candidate), signal);
    const passed = tool.cases.filter(
      ({ expected }, index) =>
        gives(after[index], expected) || asBefore(before[index], after[index]),
    ).length;
    results.push({ name: tool.name, version: tool.version, passed, total: tool.cases.length });
  }
  return results;
}

function gives(execution: Execution | undefined, expected: Json): boolean {
  return execution?.status === "returned" && sameJson(execution.output, expected, 1e-9);
}

function asBefore(before: Execution | undefined, after: Execution | undefined): boolean {
  return before?.status === "returned" ? gives(after, before.output) : true;
}

/** Active tools of other names, with as many parameters, that behave alike on examples and variations. */
async function duplicatesOf(
  ports: WeighPorts,
  candidate: Tool,
  examples: readonly (readonly Json[])[],
  signal: AbortSignal,
): Promise<readonly DuplicateResult[]> {
  const arity = parameterNames(candidate).length;
  const others = (await ports.store.list({ statuses: ["active"] }))
    .filter((tool) => tool.name !== candidate.name && parameterNames(tool).length === arity)
    .filter((tool) => !actsOutside(tool) && !["mcp", "command"].includes(tool.language))
    .slice(0, COMPARED);
  if (others.length === 0 || actsOutside(candidate)) return [];

  const random = seededRandom(0, `probes of ${candidate.name}`);
  const found: DuplicateResult[] = [];
  const inputs = probeInputs(examples, VARIATIONS, random);
  const own = await runTool(ports, candidate, inputs, resolveWith(ports.store, candidate), signal);
  for (const tool of others) {
    const theirs = await runTool(ports, tool, inputs, resolverOf(ports.store), signal);
    const { duplicate, agreed } = behaviouralDuplicate(own, theirs, 1e-9);
    if (duplicate) found.push({ name: tool.name, version: tool.version, agreed });
  }
  return found;
}

async function runTool(
  { sandbox }: WeighPorts,
  tool: Tool,
  inputs: readonly (readonly Json[])[],
  resolve: Parameters<typeof linkProgram>[1],
  signal: AbortSignal,
): Promise<readonly Execution[]> {
  const program: Program = await linkProgram(programOf(tool), resolve);
  return sandbox.run({ program, inputs, limits: tool.limits, seed: 0 }, signal);
}

/** A tool judged on cases alone: 1 for a case that comes out right, else 0; the fitness is the mean. */
export function judgeCases(
  cases: Tool["cases"],
  executions: readonly Execution[],
  tolerance = 1e-9,
): Evaluation {
  const at = executions.findIndex(({ status }) => status !== "returned");
  const failed = executions[at];
  if (failed !== undefined && failed.status !== "returned") {
    const reason = failed.status === "threw" ? failed.message : failed.status;
    return { status: "failed", kind: failed.status, reason, at };
  }
  const scores = cases.map(({ expected }, index) => {
    const execution = executions[index];
    return execution?.status === "returned" && sameJson(execution.output, expected, tolerance)
      ? 1
      : 0;
  });
  const fitness =
    scores.length === 0 ? 1 : scores.reduce<number>((sum, score) => sum + score, 0) / scores.length;
  return { status: "scored", scores, fitness };
}
