/** The nouns of the walk with a model: what is asked, what could be called, what was done. */
import { apart, type Image, imageWords, MOST_IMAGES } from "../core/image.ts";
import type { Json } from "../core/json.ts";
import type { Request } from "../core/request.ts";
import type { Callable } from "./callable.ts";
import type { PlanStep } from "./plan.ts";
import type { ContextItem } from "./outcome.ts";

/** A request with what is known of the matter. */
export interface Matter {
  readonly request: Request;
  /** The request in one text: what stores are asked with. */
  readonly words: string;
  readonly context: readonly ContextItem[];
  /** How an equal request was served before. */
  readonly earlier?: PastOutcome;
}

/** A finished request, as later ones find it. */
export interface PastOutcome {
  readonly requestId: string;
  readonly user?: string;
  readonly words: string;
  readonly status: "SUCCEEDED" | "FAILED" | "CANCELED";
  /** The answer, or why there is none. */
  readonly text: string;
  /** Stored tools that it called with success. */
  readonly tools: readonly string[];
  /** Steps of the last version of its plan, as the trace has them. */
  readonly plan: readonly Json[];
  /** Undefined where a price is unknown. */
  readonly costUsd?: number;
  /** ISO 8601. */
  readonly time: string;
}

/** A tool that would help, named before any was seen. */
export interface Hypothesis {
  readonly name: string;
  readonly signature: string;
  readonly description: string;
}

/** What the planner may choose from. */
export interface Offer {
  readonly callables: readonly Callable[];
  readonly missing: readonly Hypothesis[];
  /** Why the stores' answers were less than they could be: a tool that is there may be named missing. */
  readonly degraded?: string;
}

/** A step that ran, as a later plan sees it. */
export interface DoneStep {
  readonly step: PlanStep;
  /** Of the plan that it stood in. */
  readonly version: number;
  readonly outcome: StepOutcome;
}

export type StepOutcome =
  | { readonly status: "done"; readonly result: Json; readonly made?: Callable }
  | { readonly status: "failed"; readonly reason: string };

export interface PlanVersion {
  /** 1, 2, ... */
  readonly version: number;
  readonly reason: string;
  readonly steps: readonly PlanStep[];
}

/** A request's words in one text. */
export function wordsOf({ objective, requirements, constraints }: Request): string {
  return [objective, ...requirements, ...constraints].join("\n");
}

/** Images in what the steps gave, each once; of more than a prompt takes, the newest. */
export function imagesOf(done: readonly DoneStep[]): readonly Image[] {
  const images = new Map<string, Image>();
  for (const result of resultsOf(done).values()) {
    for (const image of apart(result).images) images.set(imageWords(image), image);
  }
  return [...images.values()].slice(-MOST_IMAGES);
}

/** Results by step id, of the steps that are done. */
export function resultsOf(done: readonly DoneStep[]): ReadonlyMap<string, Json> {
  return new Map(
    done.flatMap(({ step, outcome }) =>
      outcome.status === "done" ? [[step.id, outcome.result] as const] : [],
    ),
  );
}
