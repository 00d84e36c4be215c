/** The nouns that pass from stage to stage of a request. */
import type { Json } from "../core/json.ts";
import type { Request } from "../core/request.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { Tool } from "../core/tool.ts";
import type { Check } from "./check.ts";

/** What is being asked, in a form that can be acted on and checked. */
export interface Goal {
  readonly request: Request;
  /** How success is measured. */
  readonly task: Task;
  /** The request in one text: what the store is asked with. */
  readonly words: string;
  /** What the tool is to be called with; where `expected` or the task's score says if it did well. */
  readonly instances: readonly TaskInstance[];
  /** What is known of earlier requests like this one, with where it comes from. */
  readonly context: readonly ContextItem[];
}

export interface ContextItem {
  readonly kind: "past-outcome" | "preference" | "data";
  readonly text: string;
  /** Run id, file or user that it comes from. */
  readonly source: string;
}

/** A stored tool that could act here. */
export interface Affordance {
  readonly tool: Tool;
  /** How well its words fit, in [0, 1]. */
  readonly score: number;
  readonly trial: Trial;
}

/** What became of trying it on the goal's instances. */
export type Trial =
  | {
      readonly status: "serves";
      readonly fitness: number;
      readonly outputs: readonly Json[];
      readonly scores: readonly number[];
      readonly wallMs: number;
    }
  | { readonly status: "fails"; readonly reason: string };

export type Step =
  | { readonly kind: "create-tool"; readonly name: string; readonly description: string }
  | { readonly kind: "call-tool"; readonly tool: Tool };

export type Plan =
  | { readonly kind: "step"; readonly step: Step; readonly reason: string }
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "give-up"; readonly reason: string };

export type Observation =
  | {
      readonly kind: "tool-created";
      readonly tool: Tool;
      readonly runId: string;
    }
  | {
      readonly kind: "tool-refused";
      readonly reasons: readonly string[];
      readonly runId: string;
      /** A stored tool that does the same, whatever it is called. */
      readonly instead?: Tool;
    }
  | { readonly kind: "tool-called"; readonly tool: Tool; readonly trial: Trial };

export interface Answer {
  readonly text: string;
  /** The same as data, where there is more to it than the text. */
  readonly value?: Json;
  /** The tool that was made or called for it; null: it took none. */
  readonly tool: { readonly name: string; readonly version: number } | null;
  /** Every requirement and constraint, with what it was checked by. */
  readonly checks: readonly Check[];
  /** One per instance of the goal. */
  readonly outputs: readonly Json[];
  readonly measures: Readonly<Record<string, number>>;
}

export type Solution =
  | {
      readonly status: "answered";
      readonly answer: Answer;
      /** The evolution run that made the tool, if one did. */
      readonly createdBy: string | undefined;
      readonly steps: number;
    }
  | { readonly status: "gave-up"; readonly reason: string; readonly steps: number };

/** What a stage does; the engine brings the implementations. */
export interface Stages {
  ground(request: Request): Promise<Goal>;
  afford(goal: Goal): Promise<readonly Affordance[]>;
  plan(goal: Goal, affordances: readonly Affordance[], seen: readonly Observation[]): Promise<Plan>;
  createTool(goal: Goal, step: Step & { readonly kind: "create-tool" }): Promise<Observation>;
  execute(goal: Goal, step: Step & { readonly kind: "call-tool" }): Promise<Observation>;
}
