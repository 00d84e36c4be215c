/**
 * The scope of a tool, derived from its examples without a model. A value that differs between examples
 * is an argument. A value that is the same in all of them may be a constant, but stays an argument,
 * because the next caller may need another one. Values of the request in the name are flagged.
 */
import type { NewEvent } from "../core/event.ts";
import { type Json, sameJson } from "../core/json.ts";
import type { Task } from "../core/task.ts";
import { literalsInName, literalsOf } from "./literals.ts";

/** Minimum number of examples before a constant argument is reported. */
const TELLING = 3;

export function scopeByRule(task: Task, words: string, seed: number): NewEvent {
  const { name, signature } = task.spec;
  const examples = task.harness === undefined ? task.instances("train", seed) : [];
  const literals = literalsOf(words);
  const args = task.kernel.parameters.map((parameter, index) => {
    const values = examples.map(({ input }) => input[index] ?? null);
    return { name: parameter.name, why: reasonFor(values) };
  });
  return {
    type: "scope-decide",
    data: {
      decision: "new",
      by: "rule",
      name,
      signature,
      arguments: args,
      literals: literals.map(({ text }) => text),
      flags: literalsInName(name, literals).map(
        ({ text }) => `The name ${name} holds "${text}", a value of this one request.`,
      ),
      reasons: [`${examples.length} examples, and no model to judge.`],
    },
  };
}

function reasonFor(values: readonly Json[]): string {
  const [first = null] = values;
  if (values.some((value) => !sameJson(value, first))) return "it differs between the examples";
  return values.length < TELLING
    ? "there are too few examples to distinguish it from a constant"
    : `it is ${JSON.stringify(first).slice(0, 60)} in every example; another caller may want another value`;
}
