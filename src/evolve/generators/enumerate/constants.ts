/**
 * The constants of a search: common numbers, and texts from the examples.
 */
import { constant, type Expression } from "./expression.ts";
import type { Hints } from "./hints.ts";
import type { Value } from "./values.ts";

export interface Example {
  readonly input: readonly unknown[];
  readonly expected: unknown;
}

const COMMON: readonly (readonly [value: number, cost: number])[] = [
  [0, 1],
  [1, 1],
  [2, 1],
  ...[3, 4, 5, 10, -1].map((value) => [value, 2] as const),
  ...[6, 7, 8, 9, 12, 15, 20, 24, 32, 50, 60, 100, 180, 360, 400, 1000].map(
    (value) => [value, 3] as const,
  ),
];
const WITH_TEXT: readonly (readonly [value: number, cost: number])[] = [
  [26, 3],
  [97, 3],
  [65, 3],
];
const CLASSES = ["aeiou", "0123456789", "abcdefghijklmnopqrstuvwxyz"];
const MAX_NUMBERS = 6;
const MAX_MARKS = 6;
const MAX_WORDS = 8;

/** @returns Each constant once, cheapest first. */
export function constantsOf(
  examples: readonly Example[],
  texts: boolean,
  { numbers: named }: Pick<Hints, "numbers">,
): readonly Expression[] {
  const costs = new Map<Value, number>();
  const add = (value: Value, cost: number): void => {
    if ((costs.get(value) ?? Infinity) > cost) costs.set(value, cost);
  };
  for (const [value, cost] of COMMON) add(value, cost);
  for (const value of named.slice(0, MAX_NUMBERS)) add(value, 2);
  const repeated = repeatedOutputs(examples);
  let numbers = 0;
  for (const value of repeated) {
    if (typeof value === "number" && !costs.has(value) && numbers++ < MAX_NUMBERS) add(value, 2);
  }
  if (texts) {
    for (const [value, cost] of WITH_TEXT) add(value, cost);
    add("", 1);
    add(" ", 1);
    for (const each of CLASSES) add(each, 1);
    const inputs = examples.flatMap(({ input }) => input.flatMap(textsIn));
    const outputs = examples.flatMap(({ expected }) => textsIn(expected));
    for (const mark of marksOf([...inputs, ...outputs])) add(mark, 1);
    for (const unit of unitsOf(inputs)) add(unit, 1);
    let words = 0;
    for (const word of [...repeated, ...newWords(examples)]) {
      if (typeof word !== "string" || costs.has(word) || word.length > 40) continue;
      if (words++ < MAX_WORDS) add(word, 2);
    }
  }
  return [...costs]
    .sort(([, a], [, b]) => a - b)
    .map(([value, cost]) => constant(value, typeof value === "string" ? "string" : "number", cost));
}

/** Results of several inputs: likely literals of a conditional. */
function repeatedOutputs(examples: readonly Example[]): readonly unknown[] {
  const seen = new Map<unknown, number>();
  for (const { expected } of examples) seen.set(expected, (seen.get(expected) ?? 0) + 1);
  const few = seen.size <= 5;
  return [...seen].filter(([, times]) => few || times > 1).map(([value]) => value);
}

/** Parts of a result that do not occur in its input, in at least two examples. */
function newWords(examples: readonly Example[]): readonly string[] {
  const seen = new Map<string, number>();
  for (const { input, expected } of examples) {
    const given = input.flatMap(textsIn).join("\n");
    const parts = textsIn(expected).flatMap((text) => [
      ...text,
      ...(text.match(/\w+|[^\w\s]+/g) ?? []),
    ]);
    for (const part of new Set(parts)) {
      if (!given.includes(part)) seen.set(part, (seen.get(part) ?? 0) + 1);
    }
  }
  return [...seen]
    .filter(([part, times]) => times > 1 && !/^\d$/.test(part))
    .sort(([, a], [, b]) => b - a)
    .map(([part]) => part);
}

/** Characters that are neither letters nor digits; all characters if there are few. */
function marksOf(texts: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
  const few = counts.size <= MAX_MARKS;
  return [...counts]
    .filter(([c]) => few || !/[a-z0-9]/i.test(c))
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_MARKS)
    .map(([c]) => c);
}

/** Letters behind digits: `h` and `m` of `1h30m`. */
function unitsOf(inputs: readonly string[]): readonly string[] {
  const found = inputs.flatMap((text) => text.match(/(?<=\d)[a-z%]+/gi) ?? []);
  const repeated = found.filter((unit, at) => found.indexOf(unit) !== at);
  return [...new Set(repeated)].slice(0, MAX_MARKS);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
