/**
 * Describes the failures case by case, for the next prompt and for people.
 *
 * Takes instances of the training split only; never pass sealed ones.
 */
import { describeExecution, type Execution } from "../src/core/execution.ts";
import type { Json } from "../src/core/json.ts";
import type { Task, TaskInstance } from "../src/core/task.ts";

export interface FeedbackOptions {
  readonly maxLines?: number;
  /** For all lines together. */
  readonly maxChars?: number;
}

const LONGEST_VALUE = 200;

/**
 * One line per failed instance, in order: `f(1, 2): expected 3, got 4`. A case fails unless its
 * score is 1; an instance without an expected value fails if its output is missing or invalid.
 *
 * @returns At most `maxLines` lines and `maxChars` characters; the last line counts the failures
 *   that were omitted. Empty if nothing failed.
 */
export function caseFeedback(
  task: Pick<Task, "kernel" | "score">,
  instances: readonly TaskInstance[],
  executions: readonly Execution[],
  { maxLines = 10, maxChars = 2_000 }: FeedbackOptions = {},
): string[] {
  const failures = instances.flatMap((instance, index) => {
    const execution = executions[index];
    const problem = execution === undefined ? undefined : problemOf(task, instance, execution);
    if (problem === undefined) return [];
    const args = instance.input.map(show).join(", ");
    return [`${task.kernel.entry}(${cut(args)}): ${problem}`];
  });

  const lines: string[] = [];
  let chars = 0;
  for (const [index, line] of failures.entries()) {
    const more = `and ${failures.length - index} more`;
    const last = index === failures.length - 1;
    // Reserve space for the final count, except at the last failure, which does not need it.
    const full =
      lines.length + (last ? 1 : 2) > maxLines ||
      chars + line.length + (last ? 0 : more.length) > maxChars;
    if (full) {
      if (lines.length < maxLines && chars + more.length <= maxChars) lines.push(more);
      break;
    }
    lines.push(line);
    chars += line.length;
  }
  return lines;
}

function problemOf(
  task: Pick<Task, "score">,
  instance: TaskInstance,
  execution: Execution,
): string | undefined {
  const { expected } = instance;
  const wanted = expected === undefined ? "" : `expected ${show(expected)}, `;
  if (execution.status !== "returned") return `${wanted}${cut(describeExecution(execution))}`;
  const verdict = task.score(execution, instance);
  if (verdict.status === "invalid") return `${wanted}invalid: ${cut(verdict.reason)}`;
  if (expected === undefined || verdict.score === 1) return undefined;
  return `${wanted}got ${show(execution.output)}`;
}

function show(value: Json): string {
  return cut(JSON.stringify(value));
}

function cut(text: string): string {
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 3)}...` : text;
}
