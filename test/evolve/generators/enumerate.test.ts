/**
 * Enumeration keeps the generator contract; what it says is right is right when it runs; and small
 * functions of test/fixtures/synthesis come out within a fixed amount of work.
 */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { specTask } from "../../../evaluators/spec-task.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { Case } from "../../../src/core/tool.ts";
import { createBank } from "../../../src/evolve/generators/enumerate/bank.ts";
import { NUMBERS, TESTS } from "../../../src/evolve/generators/enumerate/components.ts";
import { evaluate, variable } from "../../../src/evolve/generators/enumerate/expression.ts";
import {
  type EnumerateOptions,
  enumerateGenerator,
} from "../../../src/evolve/generators/enumerate/index.ts";
import { fingerprint } from "../../../src/evolve/generators/enumerate/values.ts";
import type { Proposal } from "../../../src/evolve/generators/generator.ts";
import { generatorContract } from "../../contracts/generator.ts";
import { lists } from "./kernels.ts";

interface Fixture {
  readonly name: string;
  readonly signature: string;
  readonly cases: readonly Case[];
  readonly heldOut: readonly Case[];
}

const folder = new URL("../../fixtures/synthesis/", import.meta.url);

function fixture(name: string): Fixture {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Fixture;
}

/** Calls until something is right on all examples, or for so many calls. */
async function proposals(
  { name, signature, cases, heldOut }: Omit<Fixture, "heldOut"> & { heldOut?: readonly Case[] },
  calls: number,
  options: EnumerateOptions = {},
): Promise<readonly Proposal[]> {
  const spec = { name, description: name, signature, cases: [...cases] };
  const task = specTask({ ...spec, ...(heldOut === undefined ? {} : { heldOut: [...heldOut] }) });
  const examples = cases.map(({ args, expected }) => ({ input: args, expected }));
  const generator = enumerateGenerator(options);
  const signal = new AbortController().signal;
  const found: Proposal[] = [];
  for (let call = 0; call < calls && !generator.exhausted; call++) {
    const context = { task, random: seededRandom(call), count: 4, best: undefined, examples };
    found.push(...(await generator.propose([], context, signal)));
    if (found.some(({ operator }) => operator === "enumerate")) break;
  }
  return found;
}

function run(source: string, signature: string, args: readonly unknown[]): unknown {
  const entry = /^\w+/.exec(signature)?.[0];
  return new Function(`"use strict"; ${source}; return ${entry};`)()(...args);
}

describe("enumerate", () => {
  generatorContract(() => enumerateGenerator({ workPerCall: 60_000 }), lists, {
    batches: 6,
    examples: [
      { input: [[1, 5, 2], 3], expected: 2 },
      { input: [[], 3], expected: 0 },
      { input: [[9, 8], 10], expected: 2 },
      { input: [[4, 4, 7, 1], 4], expected: 1 },
      { input: [[6], 2], expected: 0 },
    ],
  });

  it.each([
    "absolute-difference",
    "positives",
    "double-all",
    "unique",
    "digit-sum",
    "factorial",
    "celsius",
    "range-sum",
    "palindrome",
    "initials",
    "remove-vowels",
    "zip-sum",
    "max-difference",
    "snake-case",
  ])("solves %s, held-out cases too", async (name) => {
    const task = fixture(name);
    const found = (await proposals(task, 60)).find(({ operator }) => operator === "enumerate");
    if (found === undefined) throw new Error(`nothing found for ${name}`);
    for (const { args, expected } of [...task.cases, ...task.heldOut]) {
      expect(run(found.source, task.signature, structuredClone(args)), found.source).toEqual(
        expected,
      );
    }
  });

  it("claims to be right on all examples only where the printed program is", async () => {
    for (const file of readdirSync(folder)
      .sort()
      .filter((_, at) => at % 4 === 0)) {
      const task = fixture(file.replace(".json", ""));
      for (const { source, operator } of await proposals(task, 5)) {
        if (operator !== "enumerate") continue;
        for (const { args, expected } of task.cases) {
          expect(run(source, task.signature, structuredClone(args)), source).toEqual(expected);
        }
      }
    }
  });

  it("proposes each better part once, and each is right on more examples than the one before", async () => {
    const task = fixture("fizzbuzz");
    const parts = (await proposals(task, 6)).filter(
      ({ operator }) => operator === "enumerate-part",
    );
    const right = parts.map(
      ({ source }) =>
        task.cases.filter(({ args, expected }) => run(source, task.signature, args) === expected)
          .length,
    );
    expect(right.length).toBeGreaterThan(0);
    for (let at = 1; at < right.length; at++) {
      expect(right[at]).toBeGreaterThan(right[at - 1] as number);
    }
  });

  it("finds whatever line through the examples there is", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        async (a, b) => {
          const cases = [-3, 0, 1, 4, 7, 12].map((x) => ({ args: [x], expected: a * x + b }));
          const line = { name: "line", signature: "line(x: number): number", cases };
          const [found] = (await proposals(line, 40)).filter(
            ({ operator }) => operator === "enumerate",
          );
          expect(run(found?.source ?? "", line.signature, [100])).toBe(a * 100 + b);
        },
      ),
      { numRuns: 4 },
    );
  });

  it("keeps parameters apart from the names that lambdas bind", async () => {
    const names = {
      name: "names",
      signature: "names(all: number[], each: number, item: number): number[]",
      cases: [
        { args: [[1, 2, 3], 1, 0], expected: [2, 3, 4] },
        { args: [[5], 2, 1], expected: [6] },
        { args: [[0, 0], 7, 3], expected: [4, 4] },
        { args: [[9, 4, 6], 3, -2], expected: [10, 5, 7] },
        { args: [[], 5, 5], expected: [] },
      ].map(({ args, expected }) => ({
        args,
        expected: expected.map(
          (value, at) => ((args[0] as number[])[at] ?? value) + Number(args[1]) - Number(args[2]),
        ),
      })),
    };
    const [found] = (await proposals(names, 80)).filter((p) => p.operator === "enumerate");
    expect(run(found?.source ?? "", names.signature, [[10, 20], 5, 2])).toEqual([13, 23]);
  });

  it("is exhausted at once without examples, or where their results have no type", async () => {
    for (const expected of [[1, "a"], null]) {
      const generator = enumerateGenerator();
      const task = specTask({
        name: "odd",
        description: "",
        signature: "odd(x: number): unknown",
        cases: [1, 2, 3].map((x) => ({ args: [x], expected })),
      });
      const examples = expected === null ? [] : [{ input: [1], expected }];
      const context = { task, random: seededRandom(1), count: 4, best: undefined, examples };
      expect(await generator.propose([], context, new AbortController().signal)).toEqual([]);
      expect(generator.exhausted).toBe(true);
    }
  });

  it("ends once the work allowed is done", async () => {
    const cases = [3, 1, 4, 1.5, 9, 2.6].map((x) => ({ args: [x], expected: Math.sin(x) }));
    const sine = { name: "sine", signature: "sine(x: number): number", cases };
    const task = specTask({ ...sine, description: "", cases });
    const generator = enumerateGenerator({ mostWork: 400_000, workPerCall: 100_000 });
    const examples = cases.map(({ args, expected }) => ({ input: args, expected }));
    for (let call = 0; call < 12; call++) {
      const context = { task, random: seededRandom(1), count: 4, best: undefined, examples };
      await generator.propose([], context, new AbortController().signal);
    }
    expect(generator.exhausted).toBe(true);
  });
});

describe("bank", () => {
  it("keeps one expression of each behaviour, and each behaves as it says", () => {
    const inputs = [1, 2, 5, -4];
    const bank = createBank({
      contexts: inputs.length,
      components: [...NUMBERS, ...TESTS],
      capacity: 5_000,
      highest: 4,
      meter: { work: 0, pause: Number.POSITIVE_INFINITY, bytes: 0 },
      onEntry: () => undefined,
    });
    bank.add(variable("x", "number"), inputs, true);
    const growing = bank.grow();
    while (growing.next().done !== true);
    const entries = bank.all("number");
    expect(entries.length).toBeGreaterThan(10);
    expect(new Set(entries.map(({ values }) => JSON.stringify(values))).size).toBe(entries.length);
    for (const { expression, values } of entries) {
      expect(inputs.map((x) => evaluate(expression, { x }))).toEqual([...values]);
    }
  });

  it("gives equal fingerprints to equal vectors, and others to others", () => {
    const value = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.string(), fc.boolean());
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), fc.array(value, { maxLength: 6 }), (a, b) => {
        expect(fingerprint([...a])).toBe(fingerprint(a));
        const text = (vector: readonly unknown[]) =>
          JSON.stringify(vector.map((v) => (v === 0 ? 0 : v)));
        if (a.length === b.length && text(a) !== text(b))
          expect(fingerprint(a)).not.toBe(fingerprint(b));
      }),
    );
  });
});
