/**
 * The walk of one request with a model, from text to an answer:
 *
 *   ground     what context is known?                       request -> Goal
 *   afford     which tools would help, which exist?         Goal -> Affordances
 *   plan       which steps, with which dependencies?        Goal, Affordances, done -> Plan
 *   carry out  run steps concurrently; create, call tools   Plan -> done, PlanEnd
 *   answer     text and data, each requirement checked      done -> Answer
 *
 * Stages do not call each other: only this file knows the order. A failure, a change by the person or
 * an unmet check leads to the next version of the plan; finished steps stay. A failure that repeats ends
 * the walk: another plan would meet it again.
 */
import type { Request } from "../core/request.ts";
import type { Solution } from "../work/answer.ts";
import type { DoneStep } from "../work/outcome.ts";
import { type AffordByModelPorts, affordByModel } from "./afford-by-model.ts";
import { ANSWER_FROM_RESULTS, type Answered, type AnswerPorts, answerByModel } from "./answer.ts";
import { type CarryOutPorts, carryOut } from "./carry-out.ts";
import { answerDirectly } from "./direct-answer.ts";
import { type GroundByModelPorts, groundByModel } from "./ground-by-model.ts";
import { type PlanByModelPorts, planByModel, type Replan } from "./plan-by-model.ts";
import { repeatedFailure } from "./repeated-failure.ts";

export type ModelWalkPorts = GroundByModelPorts &
  AffordByModelPorts &
  PlanByModelPorts &
  CarryOutPorts &
  AnswerPorts;

/** Maximum number of plan versions. Versions after a change by the person are not counted. */
const MOST_PLANS = 5;

export async function walkByModel(ports: ModelWalkPorts, request: Request): Promise<Solution> {
  let goal = await groundByModel(ports, request);
  let affordances = await affordByModel(ports, goal);
  const callables = [...affordances.callables];
  const done: DoneStep[] = [];
  let replan: Replan | undefined;

  for (let failed = 0; failed < MOST_PLANS; ) {
    const plan = await planByModel(ports, goal, { ...affordances, callables }, done, replan);
    const end = await carryOut(ports, goal, plan, done, callables);
    if (end.kind === "revised") {
      replan = { before: plan, reason: "The person changed the request.", complete: false };
      goal = await groundByModel(ports, end.request);
      affordances = await affordByModel(ports, goal);
      const known = new Set(callables.map(({ name }) => name));
      callables.push(...affordances.callables.filter(({ name }) => !known.has(name)));
      continue;
    }
    failed++;
    const over = plan.steps.length === 0 || failed === MOST_PLANS;
    if (end.kind === "complete" && !over) {
      replan = { before: plan, reason: NO_ANSWER_STEP, complete: true };
      continue;
    }
    const step = end.kind === "answer" ? end.step : ANSWER_FROM_RESULTS;
    const last = end.kind === "replan" ? end : await answerByModel(ports, goal, step, done);
    if (last.kind === "answered") return answered(last, done);

    const repeated = repeatedFailure(done);
    if (repeated !== undefined) {
      const direct = await answerDirectly(ports, goal, repeated, done);
      if (direct !== undefined) return answered(direct, done);
      const reason = `The same failure came twice, so no other plan was tried: ${repeated.reason}`;
      return { status: "gave-up", reason, steps: done.length };
    }
    replan = { before: plan, reason: last.reason, complete: false };
  }
  return {
    status: "gave-up",
    reason: `No answer within ${MOST_PLANS} plans. The last one ended: ${replan?.reason ?? "nothing was tried."}`,
    steps: done.length,
  };
}

const NO_ANSWER_STEP = "All steps are done, but the plan has no answer step.";

function answered(
  { answer, createdBy }: Answered & { readonly kind: "answered" },
  done: readonly DoneStep[],
): Solution {
  return { status: "answered", answer, createdBy, steps: done.length };
}
