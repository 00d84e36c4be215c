/** Whether one execution returned what a case expects, and how similar its output is if not. */
import { describeExecution, type Execution } from "../src/core/execution.ts";
import type { Json } from "../src/core/json.ts";
import { similarity } from "./similarity.ts";

export interface CaseVerdict {
  readonly passed: boolean;
  /** In [0, 1]; 1 only if the case passed, 0 if the execution returned nothing. */
  readonly similarity: number;
  /** One line: "returned", or what went wrong. */
  readonly outcome: string;
}

/** @param tolerance Relative and absolute distance within which numbers count as equal; 0 is exact. */
export function caseVerdict(execution: Execution, expected: Json, tolerance: number): CaseVerdict {
  const outcome = describeExecution(execution);
  if (execution.status !== "returned") return { passed: false, similarity: 0, outcome };
  const score = similarity(execution.output, expected, tolerance);
  return { passed: score === 1, similarity: score, outcome };
}
