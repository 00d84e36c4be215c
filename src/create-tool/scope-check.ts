/**
 * Checks whether a program fits only the call that asked for it: values of the request or whole
 * examples in its code. By rule, without a model.
 */
import type { Execution } from "../core/execution.ts";
import { type Json, sameJson } from "../core/json.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import { isAuthored } from "./authored.ts";
import { type Literal, literalsInSource, literalsOf, valuesInSource } from "./literals.ts";
import { ROUNDING } from "./test-author.ts";

/** The request's literals in the code, except those that the scope reasoner wants there. */
export function liftable(source: string, task: Task, words: string): readonly Literal[] {
  const meant = isAuthored(task)
    ? task.scope.constants.map(({ value }) => value.toLowerCase())
    : [];
  return literalsInSource(source, literalsOf(words)).filter(
    ({ text }) => !meant.includes(text.toLowerCase()),
  );
}

/** Held-out variants of the request for which a tool gives a wrong result. */
export function failedVariants(
  instances: readonly TaskInstance[],
  executions: readonly Execution[],
): readonly TaskInstance[] {
  return instances.filter(({ expected }, index) => {
    const execution = executions[index];
    return !(
      execution?.status === "returned" &&
      (expected === undefined || sameJson(execution.output, expected, ROUNDING))
    );
  });
}

const TABLED_SHARE = 0.6;

/** Whether the code contains most examples with an argument and the answer: a table, not a rule. */
export function isTable(source: string, examples: readonly TaskInstance[]): boolean {
  if (examples.length < 2) return false;
  const values = new Set(valuesInSource(source).filter(isTelling));
  const holds = (value: Json): boolean => textsOf(value).some((text) => values.has(text));
  const tabled = examples.filter(
    ({ input, expected }) => expected !== undefined && holds(expected) && input.some(holds),
  );
  return tabled.length >= Math.max(2, examples.length * TABLED_SHARE);
}

/** Short strings and small numbers are common in programs and prove nothing. */
function isTelling(value: string | number): boolean {
  return typeof value === "string" ? value.length > 2 : Math.abs(value) > 10;
}

function textsOf(value: Json): readonly (string | number)[] {
  if (typeof value === "number") return [Math.abs(value)];
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value as Record<string, Json>).flatMap(textsOf);
}

/** The task with a note to the candidate's author; the registered tool does not contain it. */
export function withNote<T extends Task>(task: T, note: string): T {
  return { ...task, spec: { ...task.spec, description: `${task.spec.description}\n${note}` } };
}
