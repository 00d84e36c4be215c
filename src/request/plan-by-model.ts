/**
 * The planner: asks for the plan, or for the next version of it, and writes down what changed. Old
 * versions stay in the trace; finished steps stay done.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import { stored } from "../core/json.ts";
import type { Steps } from "../core/steps.ts";
import { type ArgumentFaults, describeCallable, quoteJson } from "../work/callable.ts";
import {
  type DoneStep,
  imagesOf,
  type Matter,
  type Offer,
  type PlanVersion,
  resultsOf,
} from "../work/matter.ts";
import { dependenciesOf, PlanStep, planDiff, planReply } from "../work/plan.ts";
import { matterVariables } from "./ground-by-model.ts";

export interface PlannerPorts {
  readonly ask: Ask;
  readonly steps: Steps;
  readonly argumentFaults: ArgumentFaults;
  readonly kinds: { readonly program: boolean; readonly createTool: boolean };
  /** What programs can and can not do, in words. */
  readonly sandboxWords: () => Promise<string>;
  /** ISO 8601. */
  readonly now: () => string;
}

export interface Replan {
  readonly before: PlanVersion;
  readonly reason: string;
}

export async function planByModel(
  ports: PlannerPorts,
  matter: Matter,
  offer: Offer,
  done: readonly DoneStep[],
  replan: Replan | undefined,
): Promise<PlanVersion> {
  const { ask, steps } = ports;
  const now = await steps.step("now", async () => ports.now());
  const byName = new Map(offer.callables.map((callable) => [callable.name, callable]));
  const earlier = done.length === 0 ? usable(matter, byName) : undefined;
  const planned = await ask(
    {
      role: "planner",
      prompt: "plan",
      variables: {
        ...matterVariables(matter),
        now,
        tools: offer.callables.map(describeCallable).join("\n") || "none",
        missing: offer.missing
          .map(({ name, signature, description }) => `- ${name}: ${signature}: ${description}`)
          .join("\n"),
        sandbox: ports.kinds.program ? await ports.sandboxWords() : "",
        earlier: earlier === undefined ? "" : JSON.stringify(earlier),
        history: done.map(historyLine).join("\n"),
        reason: replan?.reason ?? "",
      },
      schema: planReply({
        callable: new Set(byName.keys()),
        agents: new Set(
          offer.callables.filter(({ origin }) => origin === "agent").map(({ name }) => name),
        ),
        finished: new Set(resultsOf(done).keys()),
        kinds: ports.kinds,
        argumentFaults: (name, given) =>
          ports.argumentFaults(byName.get(name)?.parameters ?? {}, given),
      }),
      images: imagesOf(done),
    },
    steps.signal,
  );
  const version = (replan?.before.version ?? 0) + 1;
  const plan: PlanVersion = { version, reason: planned.reason, steps: planned.steps };
  await steps.trace("plan", [
    {
      type: "plan-proposed",
      data: {
        version,
        reason: plan.reason,
        steps: plan.steps.map(stored),
        ...(replan === undefined
          ? {}
          : {
              because: replan.reason,
              kept: [...resultsOf(done).keys()],
              diff: planDiff(replan.before.steps, plan.steps),
            }),
      },
    },
  ]);
  return plan;
}

/**
 * The plan of an equal request, if it stands by itself and all that it calls is on offer. Tools that
 * were made for it are there now: nothing has to be made again.
 */
function usable(
  { earlier }: Matter,
  byName: ReadonlyMap<string, unknown>,
): PlanVersion["steps"] | undefined {
  const parsed = z.array(PlanStep).safeParse(earlier?.plan ?? []);
  if (!parsed.success) return undefined;
  const kept = parsed.data.filter(({ kind }) => kind !== "create-tool");
  const made = new Set(parsed.data.filter((step) => !kept.includes(step)).map(({ id }) => id));
  const steps = kept.map((step) => ({
    ...step,
    dependsOn: step.dependsOn.filter((id) => !made.has(id)),
  }));
  const ids = new Set(steps.map(({ id }) => id));
  const whole = steps.every((step) => dependenciesOf(step).every((id) => ids.has(id)));
  const there = steps.every((step) => step.kind !== "call-tool" || byName.has(step.tool));
  return steps.length > 0 && whole && there ? steps : undefined;
}

/** What became of a step, as prompts say it. */
export function historyLine({ step, outcome }: DoneStep): string {
  const what = describeStep(step);
  return outcome.status === "done"
    ? `- ${step.id} (${what}) is done: ${quoteJson(outcome.result)}`
    : `- ${step.id} (${what}) failed: ${outcome.reason}`;
}

function describeStep(step: DoneStep["step"]): string {
  switch (step.kind) {
    case "call-tool":
      return `${step.tool} ${quoteJson(step.arguments, 500)}`;
    case "create-tool":
      return `create ${step.name}`;
    case "program":
      return "program";
    case "delegate":
      return `${step.agent}: ${step.message}`;
    case "ask":
      return `asked: ${step.question}`;
    case "answer":
      return "answer";
  }
}
