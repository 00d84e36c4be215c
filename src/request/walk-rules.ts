/**
 * The walk of one request, from words to an answer:
 *
 *   ground    what is being asked, and how is it checked?   request -> Goal
 *   afford    which stored tools could act here?            Goal -> Affordance[]
 *   plan      which step next, or is this the answer?       Goal, Affordance[] -> Plan
 *   create    a missing tool is evolved, gated, kept        Step -> Observation
 *   execute   a tool call, in the sandbox                   Step -> Observation
 *
 * Stages do not call each other: only this file knows the order.
 */
import type { Request } from "../core/request.ts";
import type { Observation, Solution, Stages } from "../work/outcome.ts";

export interface SolveOptions {
  /** Steps after which the walk gives up, at least 1. */
  readonly maxSteps?: number;
}

export async function solve(
  request: Request,
  stages: Stages,
  { maxSteps = 6 }: SolveOptions = {},
): Promise<Solution> {
  const goal = await stages.ground(request);
  const seen: Observation[] = [];
  let affordances = await stages.afford(goal);

  for (let steps = 0; steps < maxSteps; steps++) {
    // A tool made in the last round is an affordance in this one; a call changes none.
    if (seen.at(-1)?.kind === "tool-created") affordances = await stages.afford(goal);
    const plan = await stages.plan(goal, affordances, seen);
    if (plan.kind === "give-up") return { status: "gave-up", reason: plan.reason, steps };
    if (plan.kind === "answer") {
      const created = seen.find((observation) => observation.kind === "tool-created");
      return { status: "answered", answer: plan.answer, createdBy: created?.runId, steps };
    }
    seen.push(
      plan.step.kind === "create-tool"
        ? await stages.createTool(goal, plan.step)
        : await stages.execute(goal, plan.step),
    );
  }
  return { status: "gave-up", reason: `No answer within ${maxSteps} steps.`, steps: maxSteps };
}
