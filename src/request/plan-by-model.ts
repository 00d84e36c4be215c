/**
 * The planner: asks a model for the plan or its next version, and traces what changed. Old versions
 * stay in the trace; finished steps stay done.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import { asked } from "../ask/asked.ts";
import { isOfUse } from "../call/self-management.ts";
import { ModelError } from "../core/errors.ts";
import { stored } from "../core/json.ts";
import type { Sandbox } from "../core/ports.ts";
import { present } from "../core/present.ts";
import type { Steps } from "../core/steps.ts";
import { ToolName } from "../core/tool.ts";
import type { Affordances } from "../work/affordance.ts";
import { type ArgumentFaults, describeCallable } from "../work/callable.ts";
import { type Goal, goalVariables } from "../work/goal.ts";
import { type DoneStep, historyLines, imagesOf, resultsOf } from "../work/outcome.ts";
import { type Plan, type Planned, PlanReply, planDiff, planReply } from "../work/plan.ts";
import { dependenciesOf, Step } from "../work/step.ts";

asked("plan", PlanReply);

export interface PlanByModelPorts {
  readonly ask: Ask;
  readonly steps: Steps;
  readonly argumentFaults: ArgumentFaults;
  readonly sandbox: () => Promise<Sandbox>;
  /** ISO 8601. */
  readonly now: () => string;
}

export interface Replan {
  readonly before: Plan;
  readonly reason: string;
  /** Every step of the plan before is done. */
  readonly complete: boolean;
}

/** @returns Without steps if everything is done and the model has nothing to add. */
export async function planByModel(
  ports: PlanByModelPorts,
  goal: Goal,
  affordances: Affordances,
  done: readonly DoneStep[],
  replan: Replan | undefined,
): Promise<Plan> {
  const { ask, steps } = ports;
  const now = await steps.step("now", async () => ports.now());
  const byName = new Map(affordances.callables.map((callable) => [callable.name, callable]));
  const earlier = done.length === 0 ? usable(goal, byName) : undefined;
  const offered = affordances.callables.filter(
    ({ origin, name }) => origin !== "engine" || isOfUse(name, goal.request),
  );
  const agents = affordances.callables
    .filter(({ origin }) => origin === "agent")
    .map(({ name }) => name);
  const creatable = creatableIn(affordances, byName, replan);
  const { complete = false } = replan ?? {};
  let answeredAhead: Planned | undefined;
  const asking = ask(
    {
      role: "planner",
      prompt: "plan",
      variables: {
        ...goalVariables(goal),
        now,
        tools: offered.map(describeCallable).join("\n") || "none",
        create: creationWords(creatable),
        agents: agents.join(", "),
        missing: affordances.missing
          .map(({ name, signature, description }) => `- ${name}: ${signature}: ${description}`)
          .join("\n"),
        sandbox: (await ports.sandbox()).capabilities.prompt,
        earlier: earlier === undefined ? "" : JSON.stringify(earlier),
        history: historyLines(done).join("\n"),
        reason: replan?.reason ?? "",
      },
      schema: planReply(
        {
          callable: new Set(byName.keys()),
          agents: new Set(agents),
          missing: affordances.missing,
          shown: offered.map(({ name }) => name),
          finished: new Set(resultsOf(done).keys()),
          complete,
          argumentFaults: (name, given) =>
            ports.argumentFaults(byName.get(name)?.parameters ?? {}, given),
        },
        { callable: offered.map(({ name }) => name), agents, ...present({ creatable }) },
        (plan) => {
          answeredAhead = plan;
        },
      ),
      images: imagesOf(done),
    },
    steps.signal,
  );
  const planned = await asking.catch((error: unknown): Planned => {
    const unusable = error instanceof ModelError && error.code === "MALFORMED_REPLY";
    // A planner that keeps answering too early has still planned.
    if (unusable && answeredAhead !== undefined) return answeredAhead;
    if (unusable && complete) return { reason: "There is nothing to add.", steps: [] };
    throw error;
  });
  const version = (replan?.before.version ?? 0) + 1;
  const plan: Plan = { version, reason: planned.reason, steps: planned.steps };
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

function creationWords(creatable: readonly string[] | undefined): string {
  if (creatable === undefined) return "under any name that no tool has";
  return creatable.length === 0 ? "" : `under the name ${creatable.join(" or ")}`;
}

/**
 * Names of the tools that may be created: those that the model wished for. If it was not asked, or a
 * plan has failed, another tool may be needed than any that it has named.
 */
function creatableIn(
  { wished }: Affordances,
  known: ReadonlyMap<string, unknown>,
  replan: Replan | undefined,
): readonly string[] | undefined {
  if (replan !== undefined || wished === undefined) return undefined;
  return wished.filter((name) => ToolName.safeParse(name).success && !known.has(name));
}

/**
 * The plan of an equal request, if it has no outside dependency and everything that it calls is
 * available. Tools that were created for it exist now, so those steps are dropped.
 */
function usable(
  { earlier }: Goal,
  byName: ReadonlyMap<string, unknown>,
): Plan["steps"] | undefined {
  const parsed = z.array(Step).safeParse(earlier?.plan ?? []);
  if (!parsed.success) return undefined;
  const kept = parsed.data.filter(({ kind }) => kind !== "create-tool");
  const made = new Set(parsed.data.filter((step) => !kept.includes(step)).map(({ id }) => id));
  const steps = kept.map((step) => ({
    ...step,
    dependsOn: step.dependsOn.filter((id) => !made.has(id)),
  }));
  const ids = new Set(steps.map(({ id }) => id));
  const complete = steps.every((step) => dependenciesOf(step).every((id) => ids.has(id)));
  const callable = steps.every((step) => step.kind !== "call-tool" || byName.has(step.tool));
  return steps.length > 0 && complete && callable ? steps : undefined;
}
