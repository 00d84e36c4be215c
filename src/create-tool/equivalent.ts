/**
 * Finds a stored tool that already does what is wanted. Candidates are found by text; a tool that
 * passes every case is the wanted one, whatever its name.
 */

import { type TrialPorts, tryTool, untriedBecause } from "../call/trial.ts";
import type { Approvals } from "../core/approvals.ts";
import type { ToolStore } from "../core/ports.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import { parameterNames, purposeOf, type Tool } from "../core/tool.ts";

export interface EquivalentPorts extends TrialPorts {
  readonly approvals: Approvals;
  readonly tools: ToolStore;
  /** Matches with a lower score are ignored. */
  readonly noneBelow: number;
}

/** Number of stored tools that are tried, best text match first. Each trial costs a run. */
const TRIED = 5;
/** Many functions pass fewer cases than this by chance, so a text match alone is no proof. */
const TELLING = 3;
/** This many passed cases are proof without a text match: a new tool would be refused as a duplicate. */
const CONVINCING = 6;

/**
 * @returns The best text match that passes every case of a case-based task. Nothing for a task that is
 *   scored by artefact, because there a better tool is always possible.
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
    const used = "it is used instead of a new one.";
    return {
      tool,
      reason: named
        ? `${tool.name} version ${tool.version} passes all ${known.length} cases and fits the words (${score.toFixed(2)}): ${used}`
        : `These ${known.length} cases also fit ${tool.name} version ${tool.version} (${JSON.stringify(purposeOf(tool))}), whose words differ, and they cannot tell the two apart: ${used} If another tool is meant, add a case on which ${tool.name} is wrong.`,
    };
  }
  return undefined;
}
