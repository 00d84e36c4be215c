/**
 * Constants worth trying: small numbers, usual separators and alphabets, whatever the task's words
 * quote or number, and texts that come back in several outputs.
 */
import type { Example } from "./search.ts";
import type { Term, Value } from "./values.ts";

const NUMBERS = [0, 1, 2, 3, 4, 5, 7, 10, 100];
const TEXTS = ["", " ", "-", ",", "aeiou"];
const MOST_HINTS = 8;

/** @param hints The description of the task: numbers and quoted texts in it are constants. */
export function constantsOf(examples: readonly Example[], hints: string): readonly Term[] {
  const numbers = new Set(NUMBERS);
  const texts = new Set(TEXTS);
  for (const [number] of [...hints.matchAll(/\d+(\.\d+)?/g)].slice(0, MOST_HINTS)) {
    numbers.add(Number(number));
  }
  for (const [, quoted = ""] of [...hints.matchAll(/["'`]([^"'`]{1,30})["'`]/g)].slice(
    0,
    MOST_HINTS,
  )) {
    texts.add(quoted);
  }
  for (const text of recurring(examples)) texts.add(text);
  const term = (value: Value): Term => ({
    type: typeof value === "number" ? "number" : "string",
    size: 1,
    text: JSON.stringify(value),
    values: examples.map(() => value),
  });
  const flags = [true, false].map(
    (value): Term => ({
      type: "boolean",
      size: 1,
      text: String(value),
      values: examples.map(() => value),
    }),
  );
  return [...[...numbers].map(term), ...[...texts].map(term), ...flags];
}

/** Texts that are the whole output of two examples or more, the commonest first. */
function recurring(examples: readonly Example[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { expected } of examples) {
    if (typeof expected === "string") counts.set(expected, (counts.get(expected) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, times]) => times > 1)
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_HINTS)
    .map(([text]) => text);
}
