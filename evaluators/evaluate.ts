/**
 * Turns executions into one evaluation, outside the sandbox.
 *
 * A failure never becomes a number: a program that fails on one instance gets no score at all, so a
 * partial success cannot count as a full one (FunSearch's code registers such programs with a
 * shorter signature and the score of an earlier input; its paper discards them).
 */
import { InvariantError } from "../src/core/errors.ts";
import { describeExecution, type Execution } from "../src/core/execution.ts";
import type { Evaluation } from "../src/core/ports.ts";
import type { Task, TaskInstance } from "../src/core/task.ts";

/**
 * @param executions One per instance, in order.
 * @returns Finite scores and a finite fitness, or the first instance that failed and the reason. A
 *   score or fitness that is not finite counts as `invalid`.
 * @throws InvariantError if there are no instances, or if the number of executions differs.
 */
export function evaluateExecutions(
  task: Pick<Task, "name" | "score" | "reduce">,
  instances: readonly TaskInstance[],
  executions: readonly Execution[],
): Evaluation {
  if (instances.length === 0 || executions.length !== instances.length) {
    throw new InvariantError(
      `Expected one execution for each of at least one instance, got ${executions.length} for ${instances.length}.`,
      { facts: { task: task.name } },
    );
  }
  const scores: number[] = [];
  for (const [at, execution] of executions.entries()) {
    if (execution.status !== "returned") {
      const reason = describeExecution(execution);
      return { status: "failed", kind: execution.status, reason, at };
    }
    const verdict = task.score(execution, instances[at] as TaskInstance);
    if (verdict.status === "invalid") return invalid(verdict.reason, at);
    if (!Number.isFinite(verdict.score)) return invalid(`the score is ${verdict.score}`, at);
    scores.push(verdict.score);
  }
  const fitness =
    task.reduce?.(scores, instances) ??
    scores.reduce((sum, score) => sum + score, 0) / scores.length;
  if (!Number.isFinite(fitness)) return invalid(`the fitness is ${fitness}`, 0);
  return { status: "scored", scores, fitness };
}

function invalid(reason: string, at: number): Evaluation {
  return { status: "failed", kind: "invalid", reason, at };
}
