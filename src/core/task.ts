/**
 * Task: a tool-making problem with everything that the engine may know of it.
 *
 * A spec's cases make a task by themselves (evaluators/correctness). Numeric tasks bring a harness
 * and score its artefact. The engine knows nothing of a task but this.
 */
import type { Execution, Harness, Language, Limits, Program, ToolLink } from "./execution.ts";
import type { Json } from "./json.ts";
import type { Tool, ToolSpec } from "./tool.ts";

/** train: seen by the search. validation: picks among its results. sealed: decides registration. */
export type Split = "train" | "validation" | "sealed";

/** What a parameter or an intermediate value can be, as far as typed mutation goes. */
export type ValueType = "number" | "boolean" | "string" | "number[]" | "string[]" | "unknown";

export interface KernelParameter {
  readonly name: string;
  readonly type: ValueType;
  /** Inclusive range of a number, where known: constants and curve knots are drawn from it. */
  readonly range?: readonly [low: number, high: number];
}

/** An expression over the parameters that is worth having as a leaf, e.g. `room - item`. */
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
  /** Full programs that define `entry`; the first one is the null candidate, the floor. */
  readonly seeds: readonly string[];
}

/** A form in which a user may hand a candidate over: a program that defines `entry`. */
export interface CandidateForm {
  readonly entry: string;
  readonly harness?: Harness;
}

/** A published figure, with where it stands. */
export interface PublishedFigure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly source: string;
}

/** One input of a split, with what the score of its artefact needs. */
export interface TaskInstance {
  readonly input: readonly Json[];
  /** For case-based tasks: what should come back. */
  readonly expected?: Json;
}

export type Verdict =
  | { readonly status: "scored"; readonly score: number }
  /** The execution returned, but its artefact does not hold what it claims. */
  | { readonly status: "invalid"; readonly reason: string };

export interface Task {
  readonly name: string;
  readonly spec: Pick<ToolSpec, "name" | "description" | "signature">;
  readonly kernel: Kernel;
  /** Absent: each instance's input is the argument list of the candidate itself. */
  readonly harness?: Harness;
  readonly limits: Limits;
  /** What candidates are written in. Absent: JavaScript or TypeScript. */
  readonly language?: Language;
  /** Stored tools that candidates may call by their names. */
  readonly uses?: readonly ToolLink[];
  /** Same split and seed, same instances, in the same order. */
  instances(split: Split, seed: number): readonly TaskInstance[];
  /** How many of the first training instances decide whether the rest is worth running. */
  readonly quick: number;
  /** Pure, outside the sandbox. Higher is better. */
  score(execution: Execution & { status: "returned" }, instance: TaskInstance): Verdict;
  /** One number out of all scores of a split, higher is better. Default: the mean. */
  reduce?(scores: readonly number[], instances: readonly TaskInstance[]): number;
  /**
   * Scores are measured (times, for one) and differ between runs of one program: the best candidates
   * are measured repeatedly, and their means and standard errors decide.
   */
  readonly noisy?: boolean;
  /** A fitness at or above this ends the search. */
  readonly target?: number;
  /** Fitness distance that matters: signatures are quantised to it. Default 1e-9. */
  readonly resolution?: number;
  /** Named figures for people, from the scores of a split; `labels` says what they are. */
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
   * The plain baseline: a small family of programs without any search in it, e.g. a rule over a grid
   * of its constants, or polynomials of each degree. In the order in which they are tried.
   */
  readonly parametric?: { readonly name: string; programs(seed: number): readonly string[] };
  /** What a user should know of how the task was made, e.g. which cases were held out. Sentences. */
  readonly notes?: readonly string[];
  /** What a person would ask for when they need this tool. */
  readonly request?: {
    readonly objective: string;
    readonly requirements: readonly string[];
    readonly constraints: readonly string[];
  };
  /** The candidate in the form of the spec's signature: what a user reads and evaluates. */
  publish(source: string): Program;
  /** The tool that is registered: callable with the user's own arguments. */
  tool(
    source: string,
  ): Pick<
    Tool,
    "name" | "description" | "signature" | "parameters" | "result" | "language" | "source" | "entry"
  > &
    Partial<Pick<Tool, "uses" | "capabilities">>;
}
