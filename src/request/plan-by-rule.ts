/**
 * Which step next, by rule: a tool that serves is called; where none serves one is made, once; what
 * was called is answered with. The rules need no model, and every decision names its reason.
 */

import type { Affordance, Answer, Goal, Observation, Plan } from "../work/outcome.ts";
import { checkByRule } from "./checks.ts";

export function planByRule(
  goal: Goal,
  affordances: readonly Affordance[],
  seen: readonly Observation[],
): Plan {
  const called = seen.findLast((observation) => observation.kind === "tool-called");
  if (called?.trial.status === "serves") {
    return { kind: "answer", answer: answerOf(goal, called) };
  }

  const serving = affordances.find(({ trial }) => trial.status === "serves");
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
      reason: `${name} version ${version} does what the refused one would do.`,
    };
  }
  if (refused !== undefined) {
    return { kind: "give-up", reason: `No tool could be made: ${refused.reasons.join(" ")}` };
  }
  if (called !== undefined && called.trial.status === "fails") {
    return {
      kind: "give-up",
      reason: `${called.tool.name} failed when called: ${called.trial.reason}`,
    };
  }
  if (seen.some((observation) => observation.kind === "tool-created")) {
    return {
      kind: "give-up",
      reason: "A tool was made and registered, yet it does not serve this request's own inputs.",
    };
  }
  const { name, description } = goal.task.spec;
  return {
    kind: "step",
    step: { kind: "create-tool", name, description },
    reason: missing(affordances),
  };
}

function missing(affordances: readonly Affordance[]): string {
  if (affordances.length === 0) return "No stored tool fits the request's words.";
  const tried = affordances.map(({ tool, trial }) =>
    trial.status === "fails" ? `${tool.name}: ${trial.reason}` : tool.name,
  );
  return `No stored tool serves the request. Tried ${tried.join("; ")}`;
}

function answerOf(goal: Goal, called: Observation & { readonly kind: "tool-called" }): Answer {
  const { tool, trial } = called;
  if (trial.status !== "serves") throw new RangeError("only a call that served makes an answer");
  const measures = goal.task.measures?.(trial.scores, goal.instances) ?? {};
  const count = goal.instances.length;
  const figures = Object.entries(measures).map(
    ([key, value]) => `${goal.task.labels?.[key] ?? key}: ${round(value)}`,
  );
  const text =
    figures.length > 0
      ? `${tool.name} served ${count} inputs. ${figures.join("; ")}.`
      : `${tool.name} served ${count} inputs, each with the expected result.`;
  return {
    text,
    tool: { name: tool.name, version: tool.version },
    checks: checkByRule(goal.request, { text, value: null }),
    outputs: trial.outputs,
    measures,
  };
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
