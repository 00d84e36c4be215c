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
 * an unmet check leads to the next version of the plan; finished steps stay.
 */
import type { Request } from "../core/request.ts";
import type { Solution } from "../work/answer.ts";
import type { DoneStep } from "../work/outcome.ts";
import { type AffordByModelPorts, affordByModel } from "./afford-by-model.ts";
import { type AnswerPorts, answerByModel } from "./answer.ts";
import { type CarryOutPorts, carryOut } from "./carry-out.ts";
import { type GroundByModelPorts, groundByModel } from "./ground-by-model.ts";
import { type PlanByModelPorts, planByModel, type Replan } from "./plan-by-model.ts";

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
      replan = { before: plan, reason: "The person changed the request." };
      goal = await groundByModel(ports, end.request);
      affordances = await affordByModel(ports, goal);
      const known = new Set(callables.map(({ name }) => name));
      callables.push(...affordances.callables.filter(({ name }) => !known.has(name)));
      continue;
    }
    const last = end.kind === "answer" ? await answerByModel(ports, goal, end.step, done) : end;
    if (last.kind === "answered") {
      const { answer, createdBy } = last;
      return { status: "answered", answer, createdBy, steps: done.length };
    }
    replan = { before: plan, reason: last.reason };
    failed++;
  }
  return {
    status: "gave-up",
    reason: `No answer within ${MOST_PLANS} plans. The last one ended: ${replan?.reason ?? "nothing was tried."}`,
    steps: done.length,
  };
}
