/**
 * Collects the facts for the gate: runs a candidate and the version that it would replace on the same
 * instances, the stored tools that may be duplicates, and the cases of the tools that call it.
 */
import type { Execution, Program } from "../../src/core/execution.ts";
import { type Json, sameJson } from "../../src/core/json.ts";
import type { Evaluation, Sandbox, ToolStore } from "../../src/core/ports.ts";
import { present } from "../../src/core/present.ts";
import { seededRandom } from "../../src/core/random.ts";
import { actsOutside, parameterNames, programOf, type Tool } from "../../src/core/tool.ts";
import { reachedBy, resolveWith } from "../link/graph.ts";
import { linkProgram, resolverOf } from "../link/link.ts";
import { behaviouralDuplicate, probeInputs } from "./behaviour.ts";
import type { DependantResult, DuplicateResult, GateFacts } from "./gate.ts";
import { type Succession, succession } from "./succession.ts";

export interface CollectPorts {
  readonly store: ToolStore;
  /** Runs programs without links; links are resolved here. */
  readonly sandbox: Sandbox;
}

export interface CollectOptions {
  /** Inputs that it is judged on, including the sealed instances. */
  readonly inputs: readonly (readonly Json[])[];
  readonly judge: (executions: readonly Execution[]) => Evaluation;
  /** Fitness to reach. Default 1: every case right. */
  readonly floor?: number;
  readonly resolution?: number;
  readonly approvedDigest?: string;
}

/** A new tool is compared with at most this many stored tools, because each costs a run. */
const MAX_COMPARED = 50;
const VARIATIONS = 40;

export async function collectGateFacts(
  ports: CollectPorts,
  candidate: Tool,
  { inputs, judge, ...options }: CollectOptions,
  signal: AbortSignal,
): Promise<GateFacts> {
  const resolve = resolveWith(ports.store, candidate);
  const own = await runTool(ports, candidate, inputs, resolve, signal);
  const incumbent = await incumbentOf(ports.store, candidate);
  // A tool of an MCP server cannot be replaced, so it is not run for comparison.
  const comparable =
    incumbent !== undefined && incumbent.origin === undefined && !actsOutside(incumbent);
  return {
    candidate,
    heldOut: judge(own),
    ...present({ incumbent }),
    ...(comparable
      ? {
          incumbentHeldOut: judge(
            await runTool(ports, incumbent, inputs, resolverOf(ports.store), signal),
          ),
        }
      : {}),
    ...present({ succession: await successionOf(ports, candidate, signal) }),
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
 * Both versions on the cases of the current one. Undefined if there is none in use or waiting, or if
 * the candidate must not be run here.
 */
async function successionOf(
  ports: CollectPorts,
  candidate: Tool,
  signal: AbortSignal,
): Promise<Succession | undefined> {
  if (candidate.version === 1 || actsOutside(candidate)) return undefined;
  const current = await ports.store.get(candidate.name);
  if (current.status === "deprecated" || current.version === candidate.version) return undefined;
  const inputs = current.cases.map(({ args }) => args);
  if (inputs.length === 0) return undefined;
  const after = await runTool(
    ports,
    candidate,
    inputs,
    resolveWith(ports.store, candidate),
    signal,
  );
  const before = actsOutside(current)
    ? []
    : await runTool(ports, current, inputs, resolverOf(ports.store), signal);
  return succession(current, candidate, after, before);
}

/**
 * Runs the cases of every tool that would call the candidate, with the candidate in place of the
 * earlier version. A case passes if it returns the expected value, or the same value as before.
 */
async function dependantResults(
  ports: CollectPorts,
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
        returns(after[index], expected) || unchanged(before[index], after[index]),
    ).length;
    results.push({ name: tool.name, version: tool.version, passed, total: tool.cases.length });
  }
  return results;
}

function returns(execution: Execution | undefined, expected: Json): boolean {
  return execution?.status === "returned" && sameJson(execution.output, expected, 1e-9);
}

function unchanged(before: Execution | undefined, after: Execution | undefined): boolean {
  return before?.status === "returned" ? returns(after, before.output) : true;
}

/**
 * Active tools with other names and the same number of parameters that behave the same on the examples
 * and variations of them.
 */
async function duplicatesOf(
  ports: CollectPorts,
  candidate: Tool,
  examples: readonly (readonly Json[])[],
  signal: AbortSignal,
): Promise<readonly DuplicateResult[]> {
  const arity = parameterNames(candidate).length;
  const others = (await ports.store.list({ statuses: ["active"] }))
    .filter((tool) => tool.name !== candidate.name && parameterNames(tool).length === arity)
    .filter((tool) => !actsOutside(tool) && !["mcp", "command"].includes(tool.language))
    .slice(0, MAX_COMPARED);
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
  { sandbox }: CollectPorts,
  tool: Tool,
  inputs: readonly (readonly Json[])[],
  resolve: Parameters<typeof linkProgram>[1],
  signal: AbortSignal,
): Promise<readonly Execution[]> {
  const program: Program = await linkProgram(programOf(tool), resolve);
  return sandbox.run({ program, inputs, limits: tool.limits, seed: 0 }, signal);
}

/** Judges a tool by its cases: 1 for a correct case, 0 for a wrong one; the fitness is the mean. */
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
