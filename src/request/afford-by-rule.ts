/**
 * Affordance without a model: which stored tools could act here?
 *
 * The queries to the store are the task's description of the tool (name, signature, description) and
 * the request's text. Tools above the store's threshold are tried on the goal's inputs, best match
 * first, until one serves.
 */

import { bestSeed, type TrialPorts, tryTool, untriedBecause } from "../call/trial.ts";
import type { Approvals } from "../core/approvals.ts";
import type { NewEvent } from "../core/event.ts";
import type { Sandbox, ToolStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import { recorded, type Steps } from "../core/steps.ts";
import type { Trial, TriedTool } from "../work/affordance.ts";
import type { TaskGoal } from "../work/goal.ts";

export interface AffordByRulePorts extends Pick<TrialPorts, "evaluator"> {
  readonly steps: Steps;
  readonly approvals: Approvals;
  readonly sandbox: () => Promise<Sandbox>;
  readonly tools: ToolStore;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
  /** Matches with a lower score are ignored. */
  readonly noneBelow: number;
}

/** @returns The tried tools in order. If one serves, it is the last. */
export async function affordByRule(
  ports: AffordByRulePorts,
  goal: TaskGoal,
): Promise<readonly TriedTool[]> {
  return recorded(ports.steps, "afford", () => afford(ports, goal));
}

async function afford(ports: AffordByRulePorts, goal: TaskGoal): Promise<readonly TriedTool[]> {
  const { signal } = ports.steps;
  const running = { sandbox: await ports.sandbox(), evaluator: ports.evaluator };
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
      : await bestSeed(running, goal.task, goal.instances, signal);
  const tried: TriedTool[] = [];
  for (const { tool, score } of near) {
    const untried = untriedBecause(tool, ports.approvals, goal.instances);
    const trial: Trial =
      untried === undefined
        ? await tryTool(running, tool, goal.task, goal.instances, floor, signal)
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
        ...present({ degraded: matches.degraded }),
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
