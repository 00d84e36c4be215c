/** What came of a step. A failure is a value: the next plan reads it. */
import { apart, type Image, imageWords, MOST_IMAGES } from "../core/image.ts";
import type { Json } from "../core/json.ts";
import type { Tool } from "../core/tool.ts";
import type { Trial } from "./affordance.ts";
import { type Callable, quoteJson } from "./callable.ts";
import { describeStep, type Step } from "./step.ts";

/** What became of the wish for a tool. */
export type Creation =
  | { readonly kind: "tool-created"; readonly tool: Tool; readonly runId: string }
  | {
      readonly kind: "tool-refused";
      readonly reasons: readonly string[];
      readonly runId: string;
      /** A stored tool that does the same, whatever it is called. */
      readonly instead?: Tool;
    };

/** What became of calling a tool on the instances of a goal. */
export interface ToolCalled {
  readonly kind: "tool-called";
  readonly tool: Tool;
  readonly trial: Trial;
}

/** What the rules plan by. */
export type Observation = Creation | ToolCalled;

/** What became of a plan's step. */
export type StepOutcome =
  | { readonly status: "done"; readonly result: Json; readonly made?: Callable }
  | { readonly status: "failed"; readonly reason: string };

/** A step that ran, as a later plan sees it. */
export interface DoneStep {
  readonly step: Step;
  /** Of the plan that it stood in. */
  readonly version: number;
  readonly outcome: StepOutcome;
}

/** Results by step id, of the steps that are done. */
export function resultsOf(done: readonly DoneStep[]): ReadonlyMap<string, Json> {
  return new Map(
    done.flatMap(({ step, outcome }) =>
      outcome.status === "done" ? [[step.id, outcome.result] as const] : [],
    ),
  );
}

/** Images in what the steps gave, each once; of more than a prompt takes, the newest. */
export function imagesOf(done: readonly DoneStep[]): readonly Image[] {
  const images = new Map<string, Image>();
  for (const result of resultsOf(done).values()) {
    for (const image of apart(result).images) images.set(imageWords(image), image);
  }
  return [...images.values()].slice(-MOST_IMAGES);
}

/** What became of a step, as prompts say it. */
export function historyLine({ step, outcome }: DoneStep): string {
  const what = describeStep(step);
  return outcome.status === "done"
    ? `- ${step.id} (${what}) is done: ${quoteJson(outcome.result)}`
    : `- ${step.id} (${what}) failed: ${outcome.reason}`;
}
