/** The answer to a request, and how a walk ends. */
import type { Evidence } from "../core/evidence.ts";
import type { Json } from "../core/json.ts";
import type { Check } from "./check.ts";

/** An answer before it is checked. */
export interface Draft {
  readonly text: string;
  readonly value: Json;
}

export interface Answer {
  readonly text: string;
  /** The answer as data, if it is more than the text. */
  readonly value?: Json;
  /** The tool that was created or called for it; null: no tool was used. */
  readonly tool: { readonly name: string; readonly version: number } | null;
  /** How sure it is that this tool is right, where that is known. */
  readonly evidence?: Evidence;
  /** Every requirement and constraint, and how it was checked. */
  readonly checks: readonly Check[];
  /** One per instance of the goal. */
  readonly outputs: readonly Json[];
  readonly measures: Readonly<Record<string, number>>;
  /** Why no result stands behind the answer: it is a model's word alone. */
  readonly unchecked?: string;
}

export type Solution =
  | {
      readonly status: "answered";
      readonly answer: Answer;
      /** The evolution run that created the tool, if any. */
      readonly createdBy: string | undefined;
      readonly steps: number;
    }
  | { readonly status: "gave-up"; readonly reason: string; readonly steps: number };
