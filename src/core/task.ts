/**
 * Task: a tool-making problem with everything that the engine may know about it.
 *
 * The cases of a spec are enough for a task (evaluators/spec-task). Numeric tasks define a harness
 * and score its artefact. The engine uses tasks only through this interface.
 */
import type { Execution, Harness, Language, Limits, Program, ToolLink } from "./execution.ts";
import type { Json } from "./json.ts";
import type { Tool, ToolSpec } from "./tool.ts";

/** train: seen by the search. validation: selects among its results. sealed: decides registration. */
export type Split = "train" | "validation" | "sealed";

/** The type of a parameter or an intermediate value, for typed mutation. */
export type ValueType = (typeof VALUE_TYPES)[number];
export const VALUE_TYPES = [
  "number",
  "boolean",
  "string",
  "number[]",
  "string[]",
  "unknown",
] as const;

export interface KernelParameter {
  readonly name: string;
  readonly type: ValueType;
  /** Inclusive range of a number, where known: constants and curve knots are drawn from it. */
  readonly range?: readonly [low: number, high: number];
}

/** An expression over the parameters that is useful as a leaf, e.g. `room - item`. */
export interface KernelFeature {
  readonly source: string;
  readonly type: ValueType;
  readonly range?: readonly [low: number, high: number];
}

/** The function that evolves. */
export interface Kernel {
  readonly entry: string;
  readonly parameters: readonly KernelParameter[];
  readonly result: ValueType;
  readonly features: readonly KernelFeature[];
  /** Complete programs that define `entry`; the first one is the null candidate, the lower bound. */
  readonly seeds: readonly string[];
  /** How many of the first seeds hold a place only: there is nothing in them to improve. Default 0. */
  readonly placeholders?: number;
}

/** A form in which a user may give a candidate: a program that defines `entry`. */
export interface CandidateForm {
  readonly entry: string;
  readonly harness?: Harness;
}

/** The fitness as a figure with a unit. If lower is better, the figure is minus the fitness. */
export interface FitnessFigure {
  readonly unit: string;
  readonly lowerIsBetter?: boolean;
}

/** A published figure with its source. */
export interface PublishedFigure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly source: string;
}

/** One input of a split, with the data that its score needs. */
export interface TaskInstance {
  readonly input: readonly Json[];
  /** For case-based tasks: the expected output. */
  readonly expected?: Json;
}

export type Verdict =
  | { readonly status: "scored"; readonly score: number }
  /** The execution returned, but its artefact is not valid. */
  | { readonly status: "invalid"; readonly reason: string };

export interface Task {
  readonly name: string;
  readonly spec: Pick<ToolSpec, "name" | "description" | "signature">;
  readonly kernel: Kernel;
  /** Absent: each instance's input is the argument list of the candidate itself. */
  readonly harness?: Harness;
  readonly limits: Limits;
  /** The language of candidates. Absent: JavaScript or TypeScript. */
  readonly language?: Language;
  /** Stored tools that candidates may call by their names. */
  readonly uses?: readonly ToolLink[];
  /** The same split and seed give the same instances in the same order. */
  instances(split: Split, seed: number): readonly TaskInstance[];
  /** The number of first training instances that decide whether the other instances are run. */
  readonly quick: number;
  /** Pure, outside the sandbox. Higher is better. */
  score(execution: Execution & { status: "returned" }, instance: TaskInstance): Verdict;
  /** Reduces all scores of a split to one number, higher is better. Default: the mean. */
  reduce?(scores: readonly number[], instances: readonly TaskInstance[]): number;
  /**
   * Scores are measurements (e.g. times) and differ between runs of one program: the best candidates
   * are measured repeatedly, and their means and standard errors decide.
   */
  readonly noisy?: boolean;
  /** A fitness at or above this ends the search. */
  readonly target?: number;
  /** The smallest relevant fitness difference: signatures are quantised to it. Default 1e-9. */
  readonly resolution?: number;
  /** How people read the fitness. Default: the number as it is, higher is better. */
  readonly figure?: FitnessFigure;
  /** Named figures for people, from the scores of a split; `labels` gives their meaning. */
  measures?(
    scores: readonly number[],
    instances: readonly TaskInstance[],
  ): Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Forms that a user may evaluate, the preferred one first. Default: the kernel's own. */
  readonly forms?: readonly CandidateForm[];
  /** Reads a user's own data. @throws InputError naming file, line or path, and field. */
  instancesFromData?(text: string, fileName: string): readonly TaskInstance[];
  readonly published?: readonly PublishedFigure[];
  /**
   * The parametric baseline: a small family of programs without any search, e.g. a rule over a grid
   * of its constants, or polynomials of each degree. In the order in which they are tried.
   */
  readonly parametric?: { readonly name: string; programs(seed: number): readonly string[] };
  /** What a user should know about the task's construction, e.g. the held-out cases. Sentences. */
  readonly notes?: readonly string[];
  /** A request that a person would write to get this tool. */
  readonly request?: {
    readonly objective: string;
    readonly requirements: readonly string[];
    readonly constraints: readonly string[];
  };
  /** The candidate in the form of the spec's signature: the form that a user reads and evaluates. */
  publish(source: string): Program;
  /** The registered tool: callable with the user's own arguments. */
  tool(
    source: string,
  ): Pick<
    Tool,
    "name" | "description" | "signature" | "parameters" | "result" | "language" | "source" | "entry"
  > &
    Partial<Pick<Tool, "uses" | "capabilities">>;
}
