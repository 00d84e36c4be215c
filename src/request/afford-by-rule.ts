/**
 * Affordance: which stored tools could act here, and how likely?
 *
 * Without a model the hypotheses are made by rule out of what the task says of the tool it needs
 * (name, signature, description); they and the request's words query the store. What passes the
 * store's threshold is tried on the goal's own inputs, the best word match first, until one serves.
 */

import { bestSeed, type TrialPorts, tryTool, untriedBecause } from "../call/trial.ts";
import type { Approvals } from "../core/approvals.ts";
import type { NewEvent } from "../core/event.ts";
import type { ToolStore } from "../core/ports.ts";
import type { Affordance, Goal, Trial } from "../work/stages.ts";

export interface AffordancePorts extends TrialPorts {
  readonly approvals: Approvals;
  readonly tools: ToolStore;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
  /** A match below it is no match. */
  readonly noneBelow: number;
}

/** @returns What was tried, in order of trial; the last one serves if any does. */
export async function afford(
  ports: AffordancePorts,
  goal: Goal,
  signal: AbortSignal,
): Promise<readonly Affordance[]> {
  const { name, description, signature } = goal.task.spec;
  const hypothesis = { name, signature, description };
  const matches = await ports.tools.search({
    text: goal.words,
    hypotheses: [`${name} ${signature} ${description}`],
    limit: 5,
  });
  const near = matches.filter(({ score }) => score >= ports.noneBelow);

  const floor =
    near.length === 0 || goal.task.target !== undefined
      ? undefined
      : await bestSeed(ports, goal.task, goal.instances, signal);
  const tried: Affordance[] = [];
  for (const { tool, score } of near) {
    const untried = untriedBecause(tool, ports.approvals, goal.instances);
    const trial: Trial =
      untried === undefined
        ? await tryTool(ports, tool, goal.task, goal.instances, floor, signal)
        : { status: "fails", reason: untried };
    tried.push({ tool, score, trial });
    if (trial.status === "serves") break;
  }

  await ports.trace([
    {
      type: "affordance-result",
      data: {
        query: goal.words,
        hypotheses: [hypothesis],
        ...(matches.degraded === undefined ? {} : { degraded: matches.degraded }),
        matches: matches.map(({ tool, score }) => ({
          name: tool.name,
          version: tool.version,
          score,
        })),
        tried: tried.map(({ tool, trial }) => ({
          name: tool.name,
          version: tool.version,
          ...(trial.status === "serves"
            ? { status: trial.status, fitness: trial.fitness }
            : { status: trial.status, reason: trial.reason }),
        })),
        missing: tried.at(-1)?.trial.status === "serves" ? [] : [hypothesis],
      },
    },
  ]);
  return tried.reverse();
}
