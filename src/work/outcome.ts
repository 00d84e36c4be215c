/** Result of a step. A failure is a value: the next plan reads it. */

import { type Image, imageText, MAX_IMAGES, splitImages } from "../core/image.ts";
import type { Json } from "../core/json.ts";
import { oneLine } from "../core/text/foreign.ts";
import type { Tool } from "../core/tool.ts";
import type { Trial } from "./affordance.ts";
import { type Callable, quoteJson } from "./callable.ts";
import { describeStep, type Step } from "./step.ts";

/** Result of creating a tool. */
export type Creation =
  | { readonly kind: "tool-created"; readonly tool: Tool; readonly runId: string }
  | {
      readonly kind: "tool-refused";
      readonly reasons: readonly string[];
      readonly runId: string;
      /** A stored tool that does the same, under any name. */
      readonly instead?: Tool;
    };

/** Result of calling a tool on the instances of a goal. */
export interface ToolCalled {
  readonly kind: "tool-called";
  readonly tool: Tool;
  readonly trial: Trial;
}

/** The input of planning by rule. */
export type Observation = Creation | ToolCalled;

/** Result of a step of a plan. */
export type StepOutcome =
  | { readonly status: "done"; readonly result: Json; readonly made?: Callable }
  | { readonly status: "failed"; readonly reason: string };

/** A step that ran, as a later plan sees it. */
export interface DoneStep {
  readonly step: Step;
  /** Version of the plan that contained it. */
  readonly version: number;
  readonly outcome: StepOutcome;
}

/** Results of the successful steps, by step id. */
export function resultsOf(done: readonly DoneStep[]): ReadonlyMap<string, Json> {
  return new Map(
    done.flatMap(({ step, outcome }) =>
      outcome.status === "done" ? [[step.id, outcome.result] as const] : [],
    ),
  );
}

/** Distinct images in the results of the steps. Above the limit of a prompt, the newest. */
export function imagesOf(done: readonly DoneStep[]): readonly Image[] {
  const images = new Map<string, Image>();
  for (const result of resultsOf(done).values()) {
    for (const image of splitImages(result).images) images.set(imageText(image), image);
  }
  return [...images.values()].slice(-MAX_IMAGES);
}

/** The steps that ran, one a line. A step that gave what an equal one gave before is marked. */
export function historyLines(done: readonly DoneStep[]): readonly string[] {
  const before = new Map<string, string>();
  return done.map((each) => {
    const { step, outcome } = each;
    const { id, dependsOn: _, ...work } = step;
    const key = JSON.stringify([work, outcome]);
    const same = before.get(key);
    before.set(key, id);
    const line = historyLine(each);
    return same === undefined ? line : `${line} (the same step as ${same}, with the same result)`;
  });
}

/** A tool can write what it likes into its error. */
const LONGEST_REASON = 4_000;

/** Result of a step as a line of a prompt. */
export function historyLine({ step, outcome }: DoneStep): string {
  const what = describeStep(step);
  return outcome.status === "done"
    ? `- ${step.id} (${what}) is done: ${quoteJson(outcome.result)}`
    : `- ${step.id} (${what}) failed: ${oneLine(outcome.reason, LONGEST_REASON)}`;
}
