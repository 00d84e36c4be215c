/** The contract of evaluators, which turn executions into scores. */
import type { Execution, ExecutionStatus } from "../execution.ts";
import type { Task, TaskInstance } from "../task.ts";

/** The result of one candidate on some instances. */
export type Evaluation =
  | {
      readonly status: "scored";
      /** One per instance, in order, finite; higher is better. */
      readonly scores: readonly number[];
      /** The task's reduction of them. */
      readonly fitness: number;
    }
  /** No score: a partial failure is a failure. `at` is the index of the first failed instance. */
  | {
      readonly status: "failed";
      readonly kind: Exclude<ExecutionStatus, "returned"> | "invalid";
      readonly reason: string;
      readonly at: number;
    };

/**
 * Turns executions into scores, outside the sandbox. Pure: equal arguments give equal results.
 */
export interface Evaluator {
  evaluate(
    task: Task,
    instances: readonly TaskInstance[],
    executions: readonly Execution[],
  ): Evaluation;
  /** What failed and how, one line per instance, for prompts and people. */
  feedback(
    task: Task,
    instances: readonly TaskInstance[],
    executions: readonly Execution[],
    options?: { readonly maxLines?: number; readonly maxChars?: number },
  ): readonly string[];
}
