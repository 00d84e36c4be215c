/**
 * The walk of one request with a model, from words to an answer:
 *
 *   ground     what is known of the matter?                 request -> Matter
 *   afford     which tools would help, which are there?     Matter -> Offer
 *   plan       which steps, depending on which?             Matter, Offer, done -> PlanVersion
 *   carry out  steps side by side; tools made and called    PlanVersion -> done, PlanEnd
 *   answer     in words and as data, each demand checked    done -> Answer
 *
 * What fails, what the person changes and what a check finds leads to the next version of the plan;
 * finished steps stay. Where cases decide instead of a model, solve.ts walks.
 */

import type { Ask } from "../ask/ask.ts";
import type { Request } from "../core/request.ts";
import type { Steps } from "../core/steps.ts";
import type { Check } from "../work/check.ts";
import type { DoneStep } from "../work/matter.ts";
import type { Answer, Solution } from "../work/stages.ts";
import { affordBlind, type BlindAffordancePorts } from "./afford-by-model.ts";
import { composeAnswer } from "./answer.ts";
import { type CarryOutPorts, carryOut } from "./carry-out.ts";
import { checkByJudge } from "./checks.ts";
import { type GroundModelPorts, groundByModel } from "./ground-by-model.ts";
import { type PlannerPorts, planByModel, type Replan } from "./plan-by-model.ts";
import { revise } from "./revise.ts";

export interface WalkPorts
  extends GroundModelPorts,
    BlindAffordancePorts,
    PlannerPorts,
    CarryOutPorts {
  readonly ask: Ask;
  readonly steps: Steps;
}

export interface WalkOptions {
  /** Versions of the plan after which the walk gives up, at least 1. */
  readonly maxPlans?: number;
}

export async function walk(
  ports: WalkPorts,
  request: Request,
  { maxPlans = 5 }: WalkOptions = {},
): Promise<Solution> {
  let matter = await groundByModel(ports, request);
  let offer = await affordBlind(ports, matter);
  const callables = [...offer.callables];
  const done: DoneStep[] = [];
  let replan: Replan | undefined;
  let revision = 1;

  for (let plans = 0; plans < maxPlans; plans++) {
    const plan = await planByModel(ports, matter, { ...offer, callables }, done, replan);
    const end = await carryOut(ports, matter, plan, done, callables);
    switch (end.kind) {
      case "answer": {
        const composed = await composeAnswer(ports, matter, end.step, done);
        if (composed.status === "failed") {
          replan = { before: plan, reason: composed.reason };
          break;
        }
        const checks = await checkByJudge(
          ports.ask,
          matter.request,
          composed,
          done,
          ports.steps.signal,
        );
        await traceChecks(ports.steps, checks);
        const unmet = checks.filter(({ verdict }) => verdict === "unmet");
        if (unmet.length === 0) {
          const { text, value } = composed;
          return answered({ text, value, checks }, done);
        }
        replan = { before: plan, reason: `The answer does not meet: ${unmet.map(said).join(" ")}` };
        break;
      }
      case "replan":
        replan = { before: plan, reason: end.reason };
        break;
      case "revised": {
        replan = { before: plan, reason: "The person changed the request." };
        const revised = await revise(ports.steps, matter.request, end.change, ++revision);
        matter = await groundByModel(ports, revised);
        offer = await affordBlind(ports, matter);
        const known = new Set(callables.map(({ name }) => name));
        callables.push(...offer.callables.filter(({ name }) => !known.has(name)));
        // A change is no failure: it costs none of the attempts.
        plans--;
        break;
      }
    }
  }
  return {
    status: "gave-up",
    reason: `No answer within ${maxPlans} plans. The last one ended: ${replan?.reason ?? "nothing was tried."}`,
    steps: done.length,
  };
}

function said({ item, reason }: Check): string {
  return `"${item}" (${reason})`;
}

async function traceChecks(steps: Steps, checks: readonly Check[]): Promise<void> {
  if (checks.length === 0) return;
  await steps.trace("checks", [
    { type: "answer-checked", data: { checks: checks.map((check) => ({ ...check })) } },
  ]);
}

function answered(
  { text, value, checks }: Required<Pick<Answer, "text" | "value" | "checks">>,
  done: readonly DoneStep[],
): Solution {
  const called = done.findLast(
    ({ step, outcome }) => step.kind === "call-tool" && outcome.status === "done",
  );
  const made = done.findLast(
    ({ outcome }) => outcome.status === "done" && outcome.made !== undefined,
  );
  const tool = made?.outcome.status === "done" ? made.outcome.made?.tool : undefined;
  return {
    status: "answered",
    answer: {
      text,
      value,
      checks,
      tool: tool === undefined ? null : { name: tool.name, version: tool.version },
      outputs: called?.outcome.status === "done" ? [called.outcome.result] : [],
      measures: {},
    },
    createdBy: tool?.lineage.runId,
    steps: done.length,
  };
}
