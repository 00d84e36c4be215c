/** Evaluators: executions in, scores out. Pure, outside the sandbox. */
import type { Evaluator } from "../src/core/ports.ts";
import { evaluateExecutions } from "./evaluate.ts";
import { caseFeedback } from "./feedback.ts";

export { specTask } from "./spec-task.ts";

/** The evaluator that every task goes through: the task scores, this holds it to the contract. */
export function createEvaluator(): Evaluator {
  return { evaluate: evaluateExecutions, feedback: caseFeedback };
}
