/**
 * What enumeration makes of records, dates, texts of several parts and numbers between them: each
 * function is learnt from its cases alone and must agree with its reference on inputs it never saw.
 */
import { describe, expect, it } from "vitest";
import { specTask } from "../../../evaluators/spec-task.ts";
import type { Json } from "../../../src/core/json.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { enumerateGenerator } from "../../../src/evolve/generators/enumerate/index.ts";

type Inputs = readonly (readonly Json[])[];
type Row = readonly [
  signature: string,
  reference: (...args: never[]) => unknown,
  train: Inputs,
  sealed: Inputs,
];
type Person = { name: string; age: number };
type Counts = Record<string, number>;

const DAY = 86_400_000;

const ROWS: readonly Row[] = [
  [
    "greeting(guest: { title: string; name: string }): string",
    (guest: { title: string; name: string }) => `${guest.title} ${guest.name}`,
    [
      [{ title: "Dr", name: "Who" }],
      [{ name: "Day", title: "Ms" }],
      [{ title: "Sir", name: "Ian" }],
      [{ title: "Mx", name: "A" }],
    ],
    [[{ name: "Zed", title: "Mr" }]],
  ],
  [
    "seconds(span: { from: { at: number }; to: { at: number } }): number",
    (span: { from: { at: number }; to: { at: number } }) => span.to.at - span.from.at,
    [
      [{ from: { at: 3 }, to: { at: 10 } }],
      [{ from: { at: 5 }, to: { at: 5 } }],
      [{ from: { at: 1 }, to: { at: 9 } }],
      [{ from: { at: 8 }, to: { at: 2 } }],
    ],
    [[{ from: { at: 100 }, to: { at: 400 } }]],
  ],
  [
    "average(marks: Record<string, number>): number",
    (marks: Counts) =>
      Object.values(marks).reduce((sum, each) => sum + each, 0) / Object.keys(marks).length,
    [[{ a: 1, b: 3 }], [{ c: 5 }], [{ d: 2, e: 4, f: 9 }], [{ g: 7, h: 8, i: 9, j: 0 }]],
    [[{ k: 10, l: 20 }]],
  ],
  [
    "young(people: { name: string; age: number }[]): string[]",
    (people: Person[]) => people.filter(({ age }) => age < 30).map(({ name }) => name),
    [
      [
        [
          { name: "Al", age: 29 },
          { name: "Bo", age: 30 },
        ],
      ],
      [[{ name: "Cy", age: 44 }]],
      [
        [
          { name: "Di", age: 3 },
          { name: "Ed", age: 71 },
          { name: "Fay", age: 28 },
        ],
      ],
      [[]],
    ],
    [
      [
        [
          { name: "Gil", age: 31 },
          { name: "Hal", age: 12 },
        ],
      ],
    ],
  ],
  [
    // The entry bears the name of a helper that the printed program calls.
    "countBy(words: string[]): Record<string, number>",
    (words: string[]) =>
      Object.fromEntries(words.map((word) => [word, words.filter((w) => w === word).length])),
    [[["a", "b", "a"]], [[]], [["x"]], [["p", "p", "q", "p"]]],
    [[["m", "n", "n"]]],
  ],
  [
    "point(x: number, y: number): { x: number; y: number }",
    (x: number, y: number) => ({ x: y, y: x + 1 }),
    [
      [1, 2],
      [3, 7],
      [0, 0],
      [-4, 5],
    ],
    [[10, 20]],
  ],
  [
    "clockOf(minutes: number): string",
    (minutes: number) =>
      `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`,
    [[0], [90], [720], [1439], [425], [610], [59]],
    [[1125], [1], [600]],
  ],
  [
    "later(date: string, days: number): string",
    (date: string, days: number) =>
      new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10),
    [
      ["2024-01-31", 1],
      ["2023-02-28", 1],
      ["2023-12-31", 2],
      ["2024-05-17", 30],
      ["2024-02-28", 1],
    ],
    [
      ["2021-06-30", 366],
      ["2000-02-29", -1],
    ],
  ],
  [
    "cost(hours: number, parts: number): number",
    (hours: number, parts: number) => 45 * hours + 8 * parts + 20,
    [
      [1, 0],
      [2, 3],
      [5, 1],
      [0, 4],
      [3, 3],
      [7, 2],
    ],
    [[10, 12]],
  ],
  [
    "turned(list: number[], by: number): number[]",
    (list: number[], by: number) => [...list.slice(by), ...list.slice(0, by)],
    [
      [[1, 2, 3, 4], 1],
      [[7, 7, 8], 2],
      [[10, 20, 30, 40, 50], 4],
      [[2, 9], 1],
      [[1, 2, 3], 1],
      [[5], 0],
      [[9, 8, 7], 0],
      [[1, 2, 3, 4, 5], 3],
    ],
    [[[6, 7, 8, 9], 1]],
  ],
];

/** Calls of 150 000 values each: some 15 s at the most on a slow machine. */
const CALLS = 120;

describe("enumerate", () => {
  it.each(ROWS)("solves %s", async (signature, reference, train, sealed) => {
    const call = reference as (...args: readonly unknown[]) => Json;
    const cases = train.map((args) => ({ args: [...args], expected: call(...args) }));
    const name = signature.slice(0, signature.indexOf("("));
    const task = specTask({ name, description: name, signature, cases });
    const examples = cases.map(({ args, expected }) => ({ input: args, expected }));
    const generator = enumerateGenerator();
    const signal = new AbortController().signal;
    let source: string | undefined;
    for (let turn = 0; turn < CALLS && source === undefined; turn++) {
      const context = { task, random: seededRandom(turn), count: 4, best: undefined, examples };
      const found = await generator.propose([], context, signal);
      source = found.find(({ operator }) => operator === "enumerate")?.source;
    }
    if (source === undefined) throw new Error(`nothing found for ${signature}`);
    const made = new Function(`"use strict"; ${source}; return ${name};`)();
    for (const args of [...train, ...sealed]) {
      expect(made(...structuredClone(args)), source).toEqual(call(...args));
    }
  });
});
