/** Evaluators compute scores from executions: pure functions, outside the sandbox. */
export { createEvaluator } from "./evaluator.ts";
export { specTask } from "./spec-task.ts";
