import type { Evaluator } from "../src/core/ports.ts";
import { evaluateExecutions } from "./evaluate.ts";
import { caseFeedback } from "./feedback.ts";

/** The evaluator for every task: the task computes scores, the evaluator checks the contract. */
export function createEvaluator(): Evaluator {
  return { evaluate: evaluateExecutions, feedback: caseFeedback };
}
