/**
 * Is there a tool that does it already? By words first, then by what it does: a stored tool that
 * passes every case is the tool that was asked for, whatever it is called.
 */

import { type TrialPorts, tryTool, untriedBecause } from "../call/trial.ts";
import type { Approvals } from "../core/approvals.ts";
import type { ToolStore } from "../core/ports.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import { parameterNames, type Tool } from "../core/tool.ts";

export interface EquivalentPorts extends TrialPorts {
  readonly approvals: Approvals;
  readonly tools: ToolStore;
  /** A match below it is no match. */
  readonly noneBelow: number;
}

/** Stored tools that are tried, the best match by words first: each costs a run. */
const TRIED = 5;
/** Fewer cases than this fit many functions by chance: then words alone do not prove a tool. */
const TELLING = 3;
/** As many prove a tool that the words do not name: made anew, it would be refused as a twin. */
const CONVINCING = 6;

/**
 * @returns The best match by words that passes every case of a case-based task. Nothing for a task
 *   that is scored by artefact: there a better tool may always be made.
 */
export async function findEquivalent(
  ports: EquivalentPorts,
  task: Task,
  instances: readonly TaskInstance[],
  words: string,
  signal: AbortSignal,
): Promise<{ readonly tool: Tool; readonly reason: string } | undefined> {
  const known = instances.filter(({ expected }) => expected !== undefined);
  if (task.target === undefined || task.harness !== undefined || known.length < TELLING)
    return undefined;
  const { name, description, signature } = task.spec;
  const matches = await ports.tools.search({
    text: words,
    hypotheses: [`${name} ${signature} ${description}`],
    limit: TRIED,
  });
  for (const { tool, score } of matches) {
    const named = score >= ports.noneBelow;
    if (!named && known.length < CONVINCING) continue;
    if (untriedBecause(tool, ports.approvals, instances) !== undefined) continue;
    if (parameterNames(tool).length !== task.kernel.parameters.length) continue;
    const trial = await tryTool(ports, tool, task, instances, undefined, signal);
    if (trial.status !== "serves") continue;
    return {
      tool,
      reason: `${tool.name} version ${tool.version} passes all ${known.length} cases${named ? ` and fits the words (${score.toFixed(2)})` : ""}: it is used instead of a new one.`,
    };
  }
  return undefined;
}
