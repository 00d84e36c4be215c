/** What a prompt says of a task and its parents. Everything is cut to a bound: prompts cost money. */
import type { Json } from "../../../core/json.ts";
import type { Parent, ProposeContext } from "../generator.ts";
import { headerOf } from "./best-shot.ts";

/** Examples and failing cases in a prompt, and characters of each. */
const MOST_LINES = 8;
const LONGEST_LINE = 400;

/** Variables that each prompt about a function knows. */
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
      .slice(0, MOST_LINES)
      .map(({ input, expected }) => `${kernel.entry}(${list(input)}) gives ${text(expected)}`)
      .map(cut)
      .join("\n"),
    features: kernel.features
      .slice(0, MOST_LINES)
      .map(({ source }) => cut(source))
      .join("\n"),
    capabilities,
  };
}

/** A text as line comments of JavaScript. */
export function asComments(lines: string): string {
  return lines === ""
    ? ""
    : lines
        .split("\n")
        .map((line) => `// ${line}`)
        .join("\n");
}

/** Six significant digits: enough to compare, short to read. */
export function fitnessText(fitness: number): string {
  return String(Number(fitness.toPrecision(6)));
}

/**
 * What a parent gets wrong, a line a case: its own feedback, else the worst-scored examples.
 * Empty when nothing is known to be wrong.
 */
export function feedbackOf(parent: Parent, { task, examples }: ProposeContext): string {
  const given = (parent.feedback ?? []).filter((line) => line.trim() !== "");
  if (given.length > 0)
    return given
      .slice(0, MOST_LINES)
      .map((line) => `- ${cut(line)}`)
      .join("\n");
  const best = Math.max(...parent.scores);
  return [...examples.entries()]
    .map(([index, example]) => ({ ...example, score: parent.scores[index] ?? best }))
    .filter(({ score }) => score < best)
    .sort((left, right) => left.score - right.score)
    .slice(0, MOST_LINES)
    .map(({ input, expected, score }) =>
      cut(
        `- ${task.kernel.entry}(${list(input)}) must give ${text(expected)}; it scores ${fitnessText(score)}`,
      ),
    )
    .join("\n");
}

/** On which cases two parents differ: the reason to cross them. */
export function differencesOf(first: Parent, second: Parent): string {
  const cases = first.scores.map((score, index) => ({
    index,
    lead: score - (second.scores[index] ?? score),
  }));
  const better = (sign: number): string =>
    cases
      .filter(({ lead }) => lead * sign > 0)
      .sort((left, right) => (right.lead - left.lead) * sign)
      .slice(0, MOST_LINES)
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

function cut(line: string): string {
  const flat = line.replace(/\s*\n\s*/g, " ");
  return flat.length <= LONGEST_LINE ? flat : `${flat.slice(0, LONGEST_LINE - 1)}…`;
}
