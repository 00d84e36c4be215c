/** What can act on a goal: the callables, and the tools that would help but do not exist. */
import type { Json } from "../core/json.ts";
import type { Tool } from "../core/tool.ts";
import type { Callable } from "./callable.ts";

/** What a planner may choose from. */
export interface Affordances {
  readonly callables: readonly Callable[];
  readonly missing: readonly Hypothesis[];
  /** Names of the tools that the model wished for. Absent: it was not asked, or did not say. */
  readonly wished?: readonly string[];
  /** Why the search results may be incomplete. An existing tool may then be listed as missing. */
  readonly degraded?: string;
}

/** A tool that would help. The model names it before it sees any tool. */
export interface Hypothesis {
  readonly name: string;
  readonly signature: string;
  readonly description: string;
}

/** A stored tool that was tried on the goal's instances. */
export interface TriedTool {
  readonly tool: Tool;
  /** Match of its text with the query, in [0, 1]. */
  readonly score: number;
  readonly trial: Trial;
}

/** Result of a tool on the goal's instances. */
export type Trial =
  | {
      readonly status: "serves";
      readonly fitness: number;
      readonly outputs: readonly Json[];
      readonly scores: readonly number[];
      readonly wallMs: number;
    }
  | { readonly status: "fails"; readonly reason: string };
