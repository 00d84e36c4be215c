/** The prompt variables for a task and its parents. All are limited in length: prompts cost money. */
import type { Json } from "../../../core/json.ts";
import type { Parent, ProposeContext } from "../generator.ts";
import { headerOf } from "./best-shot.ts";

/** Maximum number of examples and failing cases in a prompt, and of the characters of each. */
const MAX_LINES = 8;
const MAX_LINE_LENGTH = 400;

/** The variables of every prompt about a function. */
export function taskVariables(
  { task, examples }: ProposeContext,
  capabilities: string,
): Record<string, string> {
  const { kernel, spec } = task;
  return {
    entry: kernel.entry,
    header: headerOf(kernel, kernel.entry),
    description: spec.description,
    signature: spec.signature,
    examples: examples
      .slice(0, MAX_LINES)
      .map(({ input, expected }) => `${kernel.entry}(${list(input)}) gives ${text(expected)}`)
      .map(truncated)
      .join("\n"),
    features: kernel.features
      .slice(0, MAX_LINES)
      .map(({ source }) => truncated(source))
      .join("\n"),
    capabilities,
  };
}

/** A text as JavaScript line comments. */
export function asComments(lines: string): string {
  return lines === ""
    ? ""
    : lines
        .split("\n")
        .map((line) => `// ${line}`)
        .join("\n");
}

/** Six significant digits: enough to compare. */
export function fitnessText(fitness: number): string {
  return String(Number(fitness.toPrecision(6)));
}

/**
 * The failures of a parent, one line per case: its own feedback, else the examples with the worst
 * scores. Empty if no failure is known.
 */
export function feedbackOf(parent: Parent, { task, examples }: ProposeContext): string {
  const given = (parent.feedback ?? []).filter((line) => line.trim() !== "");
  if (given.length > 0)
    return given
      .slice(0, MAX_LINES)
      .map((line) => `- ${truncated(line)}`)
      .join("\n");
  const best = Math.max(...parent.scores);
  return [...examples.entries()]
    .map(([index, example]) => ({ ...example, score: parent.scores[index] ?? best }))
    .filter(({ score }) => score < best)
    .sort((left, right) => left.score - right.score)
    .slice(0, MAX_LINES)
    .map(({ input, expected, score }) =>
      truncated(
        `- ${task.kernel.entry}(${list(input)}) must give ${text(expected)}; it scores ${fitnessText(score)}`,
      ),
    )
    .join("\n");
}

/** The cases on which each of two parents is better: the reason for a crossover. */
export function differencesOf(first: Parent, second: Parent): string {
  const cases = first.scores.map((score, index) => ({
    index,
    lead: score - (second.scores[index] ?? score),
  }));
  const better = (sign: number): string =>
    cases
      .filter(({ lead }) => lead * sign > 0)
      .sort((left, right) => (right.lead - left.lead) * sign)
      .slice(0, MAX_LINES)
      .map(({ index }) => `#${index + 1}`)
      .join(", ");
  const lines = [
    ["A", better(1)],
    ["B", better(-1)],
  ].filter(([, list]) => list !== "");
  return lines
    .map(([name, list]) => `${name} does better on the training cases ${list}.`)
    .join("\n");
}

function list(values: readonly unknown[]): string {
  return values.map(text).join(", ");
}

function text(value: unknown): string {
  return JSON.stringify(value as Json) ?? "undefined";
}

function truncated(line: string): string {
  const flat = line.replace(/\s*\n\s*/g, " ");
  return flat.length <= MAX_LINE_LENGTH ? flat : `${flat.slice(0, MAX_LINE_LENGTH - 1)}…`;
}
