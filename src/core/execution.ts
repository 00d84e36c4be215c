/**
 * Programs, their limits, and the results of their executions.
 *
 * A candidate's failure is a value: the evaluators score it, the next prompt quotes it, and the
 * trace stores it. An infrastructure failure is not a value: it is a SandboxUnavailableError.
 */
import { z } from "zod";
import type { Json } from "./json.ts";

/**
 * `mcp`: nothing runs in a sandbox; the program names a tool of an MCP server, and the engine calls it.
 * `command`: a command line with its executor, as declared in a manifest.
 */
export const Language = z.enum(["javascript", "typescript", "python", "shell", "mcp", "command"]);
export type Language = z.output<typeof Language>;

/**
 * A stored tool that a program calls by its name. With a version, the link is pinned to it. Without,
 * it follows the tool's current version; the registration gate tests each new version against the
 * tool's callers.
 */
export const ToolLink = z.strictObject({
  name: z.string().min(1).describe("Name of the tool."),
  version: z
    .int()
    .min(1)
    .exactOptional()
    .describe("Pins this version. Default: the tool's current version."),
});
export type ToolLink = z.output<typeof ToolLink>;

/** An untrusted program. `entry` names the function that is called. */
export interface Program {
  readonly language: Language;
  readonly source: string;
  readonly entry: string;
  /** Stored tools that it calls. The engine adds their sources before the program runs. */
  readonly uses?: readonly ToolLink[];
}

/**
 * Trusted code that runs in the same sandbox as the candidate and calls it in an inner loop.
 *
 * JavaScript which defines `function harness(candidate, ...args)`. Its result, as JSON, is a
 * checkable artefact. `candidate(...values)` takes numbers, booleans, strings and Float64Array
 * (copied in) and returns a number, boolean, string, or for an array result a Float64Array of its
 * numbers; anything else ends the execution as `bad-output`. `badOutput(reason)` inside the harness
 * does the same. Each program has its own `candidate` object: a harness may use its identity to keep
 * data about one candidate across instances. The harness's globals may outlive a program and must
 * not hold anything that changes an outcome. The candidate cannot access the harness or its input.
 */
export interface Harness {
  readonly source: string;
}

/** Limits of one job. Every driver enforces every field; none is advisory. */
export const Limits = z.object({
  timeoutMs: z
    .int()
    .min(1)
    .max(600_000)
    .default(1_000)
    .describe("Milliseconds of wall clock for one program over all its inputs."),
  memoryMiB: z.int().min(8).max(4_096).default(64).describe("Memory of the program in MiB."),
  outputBytes: z
    .int()
    .min(1)
    .max(64_000_000)
    .default(1_000_000)
    .describe("Bytes of one output as JSON text in UTF-8."),
});
export type Limits = z.output<typeof Limits>;

/** One program over many inputs, sent together. `inputs[i]` is the argument list of execution i. */
export interface ExecutionJob {
  readonly program: Program;
  /** Passing the same array object again is cheap: drivers send it to each slot once. */
  readonly inputs: readonly (readonly Json[])[];
  readonly harness?: Harness;
  readonly limits: Limits;
  /** Seeds `Math.random` in the sandbox. */
  readonly seed: number;
}

/** Many programs over the same inputs. */
export interface ExecutionBatch extends Omit<ExecutionJob, "program"> {
  readonly programs: readonly Program[];
}

/** The result of one execution. */
export type Execution =
  | { readonly status: "returned"; readonly output: Json; readonly wallMs: number }
  | { readonly status: "threw"; readonly message: string; readonly wallMs: number }
  | { readonly status: "timed-out"; readonly limitMs: number }
  | { readonly status: "out-of-memory"; readonly limitMiB: number }
  | { readonly status: "bad-output"; readonly reason: string }
  | { readonly status: "refused"; readonly reason: string }
  | { readonly status: "crashed"; readonly reason: string };

export type ExecutionStatus = Execution["status"];

/** One line for people and prompts: what went wrong, or "returned". */
export function describeExecution(execution: Execution): string {
  switch (execution.status) {
    case "returned":
      return "returned";
    case "threw":
      return `threw: ${execution.message}`;
    case "timed-out":
      return `timed out after ${execution.limitMs} ms`;
    case "out-of-memory":
      return `ran out of memory (limit ${execution.limitMiB} MiB)`;
    case "bad-output":
      return `bad output: ${execution.reason}`;
    case "refused":
      return `refused: ${execution.reason}`;
    case "crashed":
      return `crashed: ${execution.reason}`;
  }
}
