/**
 * The walk of one request without a model; cases decide success. From text to an answer:
 *
 *   ground      what is being asked, and how is it checked?   request -> TaskGoal
 *   afford      which stored tools serve it?                  TaskGoal -> TriedTool[]
 *   plan        which step next, or is this the answer?       TaskGoal, TriedTool[], seen -> Decision
 *   carry out   a tool is created, or called in the sandbox   step -> Observation
 *
 * Stages do not call each other: only this file knows the order. A change by the person restarts the
 * walk with the changed text; calls that were made are not repeated.
 */
import type { Request } from "../core/request.ts";
import type { Solution } from "../work/answer.ts";
import type { Prepared } from "../work/attempt.ts";
import type { Observation, ToolCalled } from "../work/outcome.ts";
import { type AffordByRulePorts, affordByRule } from "./afford-by-rule.ts";
import { type CarryOutByRulePorts, carryOutByRule } from "./carry-out-by-rule.ts";
import { type GroundByRulePorts, groundByRule } from "./ground-by-rule.ts";
import { type PlanByRulePorts, planByRule } from "./plan-by-rule.ts";
import type { Revise } from "./revise.ts";

export type RuleWalkPorts = GroundByRulePorts &
  AffordByRulePorts &
  PlanByRulePorts &
  CarryOutByRulePorts & { readonly revise: Revise };

export interface RuleWalkOptions {
  /** Maximum number of steps, at least 1. */
  readonly maxSteps?: number;
}

export async function walkByRules(
  ports: RuleWalkPorts,
  request: Request,
  prepared: Prepared,
  { maxSteps = 6 }: RuleWalkOptions = {},
): Promise<Solution> {
  let goal = await groundByRule(ports, request, prepared);
  let tried = await affordByRule(ports, goal);
  let seen: readonly Observation[] = [];
  const calls = new Map<string, ToolCalled>();

  while (seen.length < maxSteps) {
    // A tool created in the last round is tried in this one; a call changes nothing.
    if (seen.at(-1)?.kind === "tool-created") tried = await affordByRule(ports, goal);
    const revised = await ports.revise(goal.request);
    if (revised !== undefined) {
      goal = await groundByRule(ports, revised, prepared);
      tried = await affordByRule(ports, goal);
      seen = [];
      continue;
    }
    const decision = await planByRule(ports, goal, tried, seen);
    switch (decision.kind) {
      case "give-up":
        return { status: "gave-up", reason: decision.reason, steps: seen.length };
      case "answer": {
        const created = seen.find((observation) => observation.kind === "tool-created");
        const { answer } = decision;
        return { status: "answered", answer, createdBy: created?.runId, steps: seen.length };
      }
      case "step":
        seen = [...seen, await carryOutByRule(ports, goal, decision.step, calls)];
    }
  }
  return { status: "gave-up", reason: `No answer within ${maxSteps} steps.`, steps: maxSteps };
}
