/**
 * Chooses the next step by rule: call a tool that serves; if none serves, create one, once; after a
 * successful call, answer. The rules need no model, and every decision states its reason.
 */
import type { NewEvent } from "../core/event.ts";
import { recorded, type Steps } from "../core/steps.ts";
import type { TriedTool } from "../work/affordance.ts";
import type { TaskGoal } from "../work/goal.ts";
import type { Observation } from "../work/outcome.ts";
import type { Decision } from "../work/plan.ts";
import { answerByRule } from "./answer.ts";

export interface PlanByRulePorts {
  readonly steps: Steps;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
}

export async function planByRule(
  { steps, trace }: PlanByRulePorts,
  goal: TaskGoal,
  tried: readonly TriedTool[],
  seen: readonly Observation[],
): Promise<Decision> {
  return recorded(steps, "plan", async () => {
    const decision = decide(goal, tried, seen);
    if (decision.kind === "step") {
      const { step, reason } = decision;
      await trace([{ type: "plan-proposed", data: { step: step.kind, reason } }]);
    }
    return decision;
  });
}

function decide(
  goal: TaskGoal,
  tried: readonly TriedTool[],
  seen: readonly Observation[],
): Decision {
  const called = seen.findLast((observation) => observation.kind === "tool-called");
  if (called?.trial.status === "serves") {
    const reused = seen.find((each) => each.kind === "tool-refused" && each.instead !== undefined);
    const reasons = reused?.kind === "tool-refused" ? reused.reasons : [];
    return { kind: "answer", answer: answerByRule(goal, called, reasons) };
  }

  const serving = tried.find(({ trial }) => trial.status === "serves");
  if (serving !== undefined && called === undefined) {
    const { name, version } = serving.tool;
    return {
      kind: "step",
      step: { kind: "call-tool", tool: serving.tool },
      reason: `${name} version ${version} serves every input that the request can be checked with.`,
    };
  }

  const refused = seen.find((observation) => observation.kind === "tool-refused");
  if (refused?.instead !== undefined && called === undefined) {
    const { name, version } = refused.instead;
    return {
      kind: "step",
      step: { kind: "call-tool", tool: refused.instead },
      reason: `${name} version ${version} does the same as the refused tool.`,
    };
  }
  if (called !== undefined && called.trial.status === "fails") {
    return {
      kind: "give-up",
      reason: `${called.tool.name} failed when called: ${called.trial.reason}`,
    };
  }
  if (refused !== undefined) {
    return { kind: "give-up", reason: `No tool could be made: ${refused.reasons.join(" ")}` };
  }
  if (seen.some((observation) => observation.kind === "tool-created")) {
    return {
      kind: "give-up",
      reason: "A tool was made and registered, but it does not serve this request's own inputs.",
    };
  }
  const { name, description } = goal.task.spec;
  return {
    kind: "step",
    step: { kind: "create-tool", name, description },
    reason: missing(tried),
  };
}

function missing(tried: readonly TriedTool[]): string {
  if (tried.length === 0) return "No stored tool fits the request's words.";
  const results = tried.map(({ tool, trial }) =>
    trial.status === "fails" ? `${tool.name}: ${trial.reason}` : tool.name,
  );
  return `No stored tool serves the request. Tried ${results.join("; ")}`;
}
