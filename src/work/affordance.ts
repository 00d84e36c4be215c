/** What could act on a goal: what can be called, what would help and is missing. */
import type { Json } from "../core/json.ts";
import type { Tool } from "../core/tool.ts";
import type { Callable } from "./callable.ts";

/** What a planner may choose from. */
export interface Affordances {
  readonly callables: readonly Callable[];
  readonly missing: readonly Hypothesis[];
  /** Why the stores' answers were less than they could be: a tool that is there may be named missing. */
  readonly degraded?: string;
}

/** A tool that would help, named before any was seen. */
export interface Hypothesis {
  readonly name: string;
  readonly signature: string;
  readonly description: string;
}

/** A stored tool that was tried on the goal's own instances. */
export interface TriedTool {
  readonly tool: Tool;
  /** How well its words fit, in [0, 1]. */
  readonly score: number;
  readonly trial: Trial;
}

/** What became of a tool on the goal's instances. */
export type Trial =
  | {
      readonly status: "serves";
      readonly fitness: number;
      readonly outputs: readonly Json[];
      readonly scores: readonly number[];
      readonly wallMs: number;
    }
  | { readonly status: "fails"; readonly reason: string };
