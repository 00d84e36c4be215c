/** The answer to a request, and how a walk ends. */
import type { Json } from "../core/json.ts";
import type { Check } from "./check.ts";

/** An answer before it is checked. */
export interface Draft {
  readonly text: string;
  readonly value: Json;
}

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
