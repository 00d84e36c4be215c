/**
 * What enumeration makes of a task whose words say something: functions by cases, formats, folds and
 * named notions. Each function must agree with its reference on inputs that it never saw.
 */
import { describe, expect, it } from "vitest";
import { specTask } from "../../../evaluators/spec-task.ts";
import type { Json } from "../../../src/core/json.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { enumerateGenerator } from "../../../src/evolve/generators/enumerate/index.ts";

type Inputs = readonly (readonly Json[])[];
type Row = readonly [
  description: string,
  signature: string,
  reference: (...args: never[]) => unknown,
  train: Inputs,
  sealed: Inputs,
];

const one = (...values: Json[]): Inputs => values.map((value) => [value]);
const cents = (value: number) => Math.round(value * 100) / 100;

const ROWS: readonly Row[] = [
  [
    "Entry costs 12 up to 20 people and 9 for larger groups; a guide costs 30 more",
    "entry(people: number, guide: boolean): number",
    (people: number, guide: boolean) => (people > 20 ? 9 : 12) + (guide ? 30 : 0),
    [
      [3, false],
      [3, true],
      [19, false],
      [21, true],
      [40, false],
      [60, true],
      [12, true],
    ],
    [
      [20, true],
      [1, false],
      [100, true],
    ],
  ],
  [
    "Commission: 5 % of sales below 2000, 8 % from 2000 on",
    "commission(sales: number): number",
    (sales: number) => cents(sales * (sales < 2000 ? 0.05 : 0.08)),
    one(100, 500, 1500, 2000, 3000, 5000),
    one(1999, 2001, 999.99, 0),
  ],
  [
    "Stones to kilograms, 6.35 kg each, one decimal",
    "kilograms(stones: number): number",
    (stones: number) => Math.round(stones * 6.35 * 10) / 10,
    one(1, 2, 10, 12, 7.5, 0, 31),
    one(3, 99, 11.5),
  ],
  [
    "Days as weeks and days, like 2w 3d",
    "weeks(days: number): string",
    (days: number) => `${Math.floor(days / 7)}w ${days % 7}d`,
    one(17, 7, 6, 30, 100, 0, 23),
    one(1, 13, 14, 365),
  ],
  [
    "The code in square brackets",
    "code(text: string): string",
    (text: string) => text.slice(text.indexOf("[") + 1, text.indexOf("]")),
    one("error [E12] here", "[ok]", "a [b] c [d]", "see [note 7]."),
    one("x [] y", "[long code] at the start"),
  ],
  [
    "Points, where a loss of more than there is leaves none",
    "points(moves: number[]): number",
    (moves: number[]) => moves.reduce((sum, each) => Math.max(0, sum + each), 0),
    one([5, -2], [3, -7, 2], [], [-4, 6], [10, -3, -20, 8, 1], [2, -2]),
    one([-1], [5, -6, 5, -4], [1, 1, 1]),
  ],
  [
    "Remove words that start with the same letter as an earlier one",
    "firsts(words: string[]): string[]",
    (words: string[]) =>
      words.filter((each, at) => words.findIndex((w) => w[0] === each[0]) === at),
    one(["ant", "ape", "bee"], ["x"], [], ["dog", "cat", "cow", "duck"], ["b", "a", "bb", "c"]),
    one(["one", "two", "old", "ten"]),
  ],
  [
    "The largest number anywhere in the nested list",
    "most(list: any[]): number",
    (list: never[]) => Math.max(...(list.flat(Infinity) as number[])),
    one([1, [2, 3]], [[7], 2], [4, [1, [9, [3]]]], [5]),
    one([[[[2]]], 1], [0, [-1]]),
  ],
  [
    "Is the number of letters prime?",
    "primeLength(text: string): boolean",
    (text: string) => [2, 3, 5, 7, 11, 13].includes(text.length),
    one("abc", "abcd", "a", "ab", "abcdefghi", "abcdefg", ""),
    one("abcde", "abcdef", "abcdefghijk", "abcdefgh"),
  ],
  [
    "The amounts of each person as a record",
    "record(names: string[], amounts: number[]): object",
    (names: string[], amounts: number[]) =>
      Object.fromEntries(names.map((name, at) => [name, amounts[at]])),
    [
      [
        ["a", "b"],
        [1, 2],
      ],
      [["c"], [5]],
      [
        ["x", "y", "z"],
        [0, 7, 7],
      ],
    ],
    [
      [
        ["p", "q"],
        [9, 8],
      ],
    ],
  ],
];

/** Calls of 150 000 values each. */
const CALLS = 60;

async function learnt(
  description: string,
  signature: string,
  cases: { args: Json[]; expected: Json }[],
) {
  const name = signature.slice(0, signature.indexOf("("));
  const task = specTask({ name, description, signature, cases });
  const examples = cases.map(({ args, expected }) => ({ input: args, expected }));
  const generator = enumerateGenerator();
  for (let turn = 0; turn < CALLS; turn++) {
    const context = { task, random: seededRandom(turn), count: 4, best: undefined, examples };
    const found = await generator.propose([], context, new AbortController().signal);
    const source = found.find(({ operator }) => operator === "enumerate")?.source;
    if (source !== undefined) return source;
  }
  throw new Error(`nothing found for ${signature}`);
}

describe("enumerate with the words of a task", () => {
  it.each(ROWS)("solves: %s", async (description, signature, reference, train, sealed) => {
    const call = reference as (...args: readonly unknown[]) => Json;
    const cases = train.map((args) => ({ args: [...args], expected: call(...args) }));
    const source = await learnt(description, signature, cases);
    const name = signature.slice(0, signature.indexOf("("));
    const made = new Function(`"use strict"; ${source}; return ${name};`)();
    for (const args of [...train, ...sealed]) {
      expect(made(...structuredClone(args)), source).toEqual(call(...args));
    }
  });

  it("takes a threshold from the words, where the examples allow a rounder one", async () => {
    const cases = [10, 20, 36, 38, 50, 90].map((value) => ({
      args: [value],
      expected: value >= 37 ? "yes" : "no",
    }));
    const source = await learnt("Fever from 37 on", "fever(value: number): string", cases);
    expect(source).toContain("37");
    const other = await learnt("Fever or not", "fever(value: number): string", cases);
    expect(other).not.toContain("37");
  });

  it("does not leave out a parameter where a longer function uses both", async () => {
    const cases = [
      [3, 4],
      [6, 2],
      [1, 12],
      [5, 3],
    ].map(([a = 0, b = 0]) => ({ args: [a, b], expected: a * b }));
    const source = await learnt("The area", "area(width: number, height: number): number", cases);
    expect(source.split("{")[1]).toMatch(/width/);
    expect(source.split("{")[1]).toMatch(/height/);
  });
});
