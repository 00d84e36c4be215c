/**
 * Carries a plan out, wave by wave: steps whose dependencies are done run side by side. It ends with
 * the answer step, or with the reason why another plan is needed.
 */
import type { ToolStore } from "../core/ports.ts";
import type { Callable } from "../work/callable.ts";
import {
  type DoneStep,
  type Matter,
  type PlanVersion,
  resultsOf,
  type StepOutcome,
} from "../work/matter.ts";
import { type PlanStep, type PlanStepOf, predecessorsOf } from "../work/plan.ts";
import { type PerformPorts, perform } from "./perform.ts";
import { pendingRevision, type Revision } from "./revise.ts";

export interface CarryOutPorts extends PerformPorts {
  readonly tools: ToolStore;
}

/** How far a plan led. */
export type PlanEnd =
  | { readonly kind: "answer"; readonly step: PlanStepOf<"answer"> }
  | { readonly kind: "replan"; readonly reason: string }
  | { readonly kind: "revised"; readonly change: Revision };

/**
 * @param done Grows by what runs: finished steps of earlier plans stand in it already.
 * @param callables Grows by the tools that are made.
 */
export async function carryOut(
  ports: CarryOutPorts,
  matter: Matter,
  { version, steps: planned }: PlanVersion,
  done: DoneStep[],
  callables: Callable[],
): Promise<PlanEnd> {
  for (;;) {
    const change = await pendingRevision(ports.steps);
    if (change !== undefined) return { kind: "revised", change };

    const finished = new Set(resultsOf(done).keys());
    const left = planned.filter(({ id }) => !finished.has(id));
    const ready = left.filter((step) => predecessorsOf(step, left).every((id) => finished.has(id)));
    const answer = ready.find((step) => step.kind === "answer");
    if (answer?.kind === "answer") return { kind: "answer", step: answer };
    if (ready.length === 0) {
      return { kind: "replan", reason: "All its steps are done, and it has no answer." };
    }

    const wave = ready.flatMap((step) => (step.kind === "answer" ? [] : [step]));
    const around = { matter, callables: [...callables], done: [...done] };
    const outcomes = await allOf(
      wave.map((step) => {
        const key = `${step.id}.v${version}`;
        return recorded(ports, key, () => perform(ports, step, key, around));
      }),
    );
    const failed: string[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const step = wave[index] as PlanStep;
      done.push({ step, version, outcome });
      if (outcome.status === "failed") failed.push(`${step.id} failed: ${outcome.reason}`);
      else if (outcome.made !== undefined) callables.push(outcome.made);
    }
    if (failed.length > 0) return { kind: "replan", reason: failed.join(" ") };
  }
}

/** Rejects with the first failure once all have ended: nothing goes on behind the walk's back. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** An outcome as the journal keeps it: a tool that was made is found again by its name. */
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
