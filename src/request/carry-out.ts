/**
 * Carries out a plan in waves: steps whose dependencies are done run concurrently. It ends with the
 * answer step, with every step done, or with the reason why another plan is needed.
 */
import type { ToolStore } from "../core/ports.ts";
import type { Request } from "../core/request.ts";
import type { Callable } from "../work/callable.ts";
import type { Goal } from "../work/goal.ts";
import { type DoneStep, resultsOf, type StepOutcome } from "../work/outcome.ts";
import type { Plan } from "../work/plan.ts";
import { predecessorsOf, type Step, type StepOf } from "../work/step.ts";
import { carryOutStep, type StepPorts } from "./carry-out-step.ts";
import type { Revise } from "./revise.ts";

export interface CarryOutPorts extends StepPorts {
  readonly tools: ToolStore;
  readonly revise: Revise;
}

/** How carrying out a plan ended. */
export type PlanEnd =
  | { readonly kind: "answer"; readonly step: StepOf<"answer"> }
  /** Every step is done, and the plan has no answer step. */
  | { readonly kind: "complete" }
  | { readonly kind: "replan"; readonly reason: string }
  | { readonly kind: "revised"; readonly request: Request };

/**
 * @param done Steps that ran are added; it already holds the finished steps of earlier plans.
 * @param callables Created tools are added.
 */
export async function carryOut(
  ports: CarryOutPorts,
  goal: Goal,
  { version, steps: planned }: Plan,
  done: DoneStep[],
  callables: Callable[],
): Promise<PlanEnd> {
  for (;;) {
    const revised = await ports.revise(goal.request);
    if (revised !== undefined) return { kind: "revised", request: revised };

    const finished = new Set(resultsOf(done).keys());
    const left = planned.filter(({ id }) => !finished.has(id));
    const ready = left.filter((step) => predecessorsOf(step, left).every((id) => finished.has(id)));
    const answer = ready.find((step) => step.kind === "answer");
    if (answer?.kind === "answer") return { kind: "answer", step: answer };
    if (ready.length === 0) return { kind: "complete" };

    const wave = ready.flatMap((step) => (step.kind === "answer" ? [] : [step]));
    const around = { goal, callables: [...callables], done: [...done] };
    const outcomes = await allOf(
      wave.map((step) => {
        const key = `${step.id}.v${version}`;
        return recorded(ports, key, () => carryOutStep(ports, step, key, around));
      }),
    );
    const failed: string[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const step = wave[index] as Step;
      done.push({ step, version, outcome });
      if (outcome.status === "failed") failed.push(`${step.id} failed: ${outcome.reason}`);
      else if (outcome.made !== undefined) callables.push(outcome.made);
    }
    if (failed.length > 0) return { kind: "replan", reason: failed.join(" ") };
  }
}

/** Rejects with the first failure after all have ended, so that no work is left running. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** An outcome in the journal's format. A created tool is loaded again by its name. */
async function recorded(
  { steps, tools, toolCallable }: CarryOutPorts,
  key: string,
  work: () => Promise<StepOutcome>,
): Promise<StepOutcome> {
  const kept = await steps.step(`step:${key}`, async () => {
    const outcome = await work();
    if (outcome.status === "failed") return { ...outcome };
    const { name, version } = outcome.made?.tool ?? {};
    return {
      status: "done" as const,
      result: outcome.result,
      ...(name === undefined || version === undefined ? {} : { made: { name, version } }),
    };
  });
  if (kept.status === "failed") return kept;
  const { result, made } = kept;
  return made === undefined
    ? { status: "done", result }
    : { status: "done", result, made: toolCallable(await tools.get(made.name, made.version)) };
}
