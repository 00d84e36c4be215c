import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { specTask } from "../../evaluators/index.ts";
import { InputError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import { ToolSpec } from "../../src/core/tool.ts";

const SPEC: ToolSpec = {
  name: "add",
  description: "Adds two numbers.",
  signature: "function add(a: number, b: number): number",
  cases: Array.from({ length: 12 }, (_, i) => ({ args: [i, 2 * i], expected: 3 * i })),
};

function problem(change: Partial<ToolSpec>): string {
  try {
    specTask(ToolSpec.parse({ ...SPEC, ...change }));
  } catch (error) {
    if (error instanceof InputError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error("expected an InputError");
}

describe("a signature", () => {
  test.each([
    ["add(a: number[", "signature: expected TypeScript such as"],
    ["class Add", "signature: expected TypeScript"],
    [" ", "signature: expected TypeScript"],
    ["(a: number) => number", "expected the function's name, got none"],
    ["add(a: number, a: number): number", "at character 16, expected unique names"],
    [
      "add(...all: number[]): number",
      "at character 5, expected parameters that take one argument each",
    ],
    ["add({ a }: { a: number }): number", "write a name instead of a destructured parameter"],
    ["async function add(a: number): Promise<number>", "async functions are not supported"],
    [
      "add(a: Date): number",
      "at character 8, expected a type of JSON values, got Date; write string",
    ],
    [
      "add(a: { m: Map<string, number> }[]): number",
      "got Map<string, number>; write Record<string, T>",
    ],
    ["add(a: number, f: (x: number) => number): number", "JSON cannot represent functions"],
    ["add(a: Float64Array): number", "got Float64Array; write number[]"],
    ["add(a: number | undefined): number", "write null, or mark an optional parameter"],
    ["add(a: number): Point", "got Point; write the type out, as in { x: number }"],
  ])("that does not hold is refused: %j", (signature, message) => {
    expect(problem({ signature })).toContain(message);
  });

  test("may hold any type where the spec gives its own schema", () => {
    const own = {
      signature: "add(a: Date, b: number): Decimal",
      parameters: { type: "object", properties: { a: { type: "string" }, b: { type: "number" } } },
      result: { type: "string" },
      cases: [{ args: ["2026-01-01", 1], expected: "1" }],
    };
    const { kernel } = specTask({ ...SPEC, ...own });
    expect(kernel.parameters.map(({ type }) => type)).toEqual(["string", "number"]);
  });

  test("keeps its types in what is registered", () => {
    const signature =
      "function f(kind: 'a' | 'b', point: [number, number], x: number | null, rows: {x: number}[], more?: Record<string, number>): string[]";
    const cases = [{ args: ["a", [1, 2], null, [{ x: 1 }]], expected: ["b"] }];
    const { parameters, result } = specTask({ ...SPEC, name: "f", signature, cases }).tool("");
    const number = { type: "number" };
    expect(parameters).toEqual({
      type: "object",
      properties: {
        kind: { type: "string", enum: ["a", "b"] },
        point: { type: "array", prefixItems: [number, number], minItems: 2, items: false },
        x: { anyOf: [number, { type: "null" }] },
        rows: {
          type: "array",
          items: {
            type: "object",
            properties: { x: number },
            required: ["x"],
            additionalProperties: false,
          },
        },
        more: { type: "object", additionalProperties: number },
      },
      required: ["kind", "point", "x", "rows"],
      additionalProperties: false,
    });
    expect(result).toEqual({ type: "array", items: { type: "string" } });
  });

  test.each([
    ["number", "number"],
    ["'a' | 'b'", "string"],
    ["Array<number>", "number[]"],
    ["readonly string[]", "string[]"],
    ["('a' | 'b')[]", "string[]"],
    [" boolean ", "boolean"],
    ["number | string", "unknown"],
    ["number[][]", "unknown"],
    ["[number, number]", "unknown"],
  ])("of type %s is evolved over %s", (type, known) => {
    const example = { string: "a", "number[]": [1], "string[]": ["a"], boolean: true }[known] ?? 1;
    const value = type.includes("[][]") ? [[1]] : type.startsWith("[") ? [1, 2] : example;
    const { kernel } = specTask({
      ...SPEC,
      name: "f",
      signature: `f(x: ${type}): unknown`,
      cases: [{ args: [value], expected: 1 }],
    });
    expect(kernel.parameters[0]?.type).toBe(known);
  });
});

describe("a spec as a task", () => {
  test("holds a quarter of the cases out, the same ones in every run, and says so", () => {
    const task = specTask(SPEC);
    const [train, sealed] = [task.instances("train", 1), task.instances("sealed", 1)];
    expect([train.length, sealed.length]).toEqual([9, 3]);
    expect(specTask(SPEC).instances("sealed", 2)).toEqual(sealed);
    const inputs = [...train, ...sealed].map(({ input }) => JSON.stringify(input)).sort();
    expect(inputs).toEqual(SPEC.cases.map(({ args }) => JSON.stringify(args)).sort());
    expect(task.instances("validation", 1)).toEqual([]);
    expect(task.notes.join(" ")).toContain("3 of 12 cases are held out");
  });

  test("takes the spec's own held-out cases, and splits no few ones", () => {
    const heldOut = [{ args: [1, 1], expected: 2 }];
    const own = specTask({ ...SPEC, heldOut });
    expect(own.instances("train", 1)).toHaveLength(12);
    expect(own.instances("sealed", 1)).toEqual([{ input: [1, 1], expected: 2 }]);
    expect(own.notes).toEqual([]);

    const few = specTask({ ...SPEC, cases: SPEC.cases.slice(0, 7) });
    expect(few.instances("train", 1)).toHaveLength(7);
    expect(few.instances("sealed", 1)).toEqual([]);
    expect(few.notes.join(" ")).toContain("No case is held out");
  });

  test("says of nested lists that the search without a model cannot take them apart, and what to do", () => {
    const cases = SPEC.cases.map(({ expected }) => ({ args: [[[expected]]], expected }));
    const of = (signature: string) => specTask({ ...SPEC, signature, cases }).notes.join(" ");
    for (const type of ["number[][]", "[number][]"]) {
      expect(of(`function add(rows: ${type}): number`)).toMatch(
        /rows: .*reads nested arguments only as a whole .*Use a flat list .*TOOLWRIGHT_MODEL/,
      );
    }
    const flat = SPEC.cases.map(({ expected }) => ({ args: [[expected]], expected }));
    const signature = "function add(rows: number[]): number";
    expect(specTask({ ...SPEC, signature, cases: flat }).notes.join(" ")).not.toContain("nested");
  });

  test("scores 1 for what is expected and less for anything else", () => {
    const task = specTask(SPEC);
    fc.assert(
      fc.property(fc.jsonValue() as fc.Arbitrary<Json>, (output) => {
        const verdict = task.score(
          { status: "returned", output, wallMs: 0 },
          { input: [1, 2], expected: 3 },
        );
        const score = verdict.status === "scored" ? verdict.score : Number.NaN;
        expect(score === 1).toBe(output === 3);
      }),
    );
    expect(task.target).toBe(1);
    expect(task.measures?.([1, 0.9, 1], [])).toEqual({ passedCases: 2, cases: 3 });
  });

  test("draws types and ranges from the signature, the schema and the training cases", () => {
    const { kernel } = specTask({
      ...SPEC,
      signature: "add(a: number, b: number, s: string, any): number",
      parameters: {
        type: "object",
        properties: { b: { minimum: -5 }, any: { type: "array", items: { type: "integer" } } },
      },
      cases: [
        { args: [1, 0, "x", [1]], expected: 1 },
        { args: [9, 2, "y", [2]], expected: 2 },
      ],
    });
    expect(kernel.parameters).toEqual([
      { name: "a", type: "number", range: [1, 9] },
      { name: "b", type: "number", range: [-5, 2] },
      { name: "s", type: "string" },
      { name: "any", type: "number[]" },
    ]);
    expect(kernel.features.map(({ source }) => source)).toEqual(["s.length", "any.length"]);
  });

  test.each([
    ["f(a: number): number", 1, 2, [0, 1]],
    ["f(a: string): string", "x", "y", ["", "x"]],
    ["f(a: number): boolean", 1, true, [false]],
    ["f(a: string): number[]", "x", [1], [[]]],
    ["f(a: unknown): unknown", "x", "y", [null, "x"]],
  ])(
    "without seeds, starts from nothing and from parameters of the result's type: %s",
    (signature, arg, expected, results) => {
      const task = specTask({ ...SPEC, name: "f", signature, cases: [{ args: [arg], expected }] });
      const run = (seed: string): Json => new Function(`${seed}\nreturn f;`)()(arg);
      expect(task.kernel.seeds.map(run)).toEqual(results);
    },
  );

  test("puts the program that knows nothing before the spec's own seeds", () => {
    const seeds = [
      "export const add = (a: number, b: number): number => a - b;",
      "function help() {}\nfunction add(a, b) { return a; }",
    ];
    const task = specTask({ ...SPEC, seeds });
    expect(task.kernel.seeds).toEqual([expect.stringContaining("return 0;"), ...seeds]);
  });

  test("publishes a program and a tool as they are, in their own language", () => {
    const task = specTask(SPEC);
    const plain = "function add(a, b) { return a < b; }";
    expect(task.publish(plain)).toEqual({ language: "javascript", source: plain, entry: "add" });
    const typed = "function add(a: number, b: number): number { return a + b; }";
    expect(task.tool(typed)).toEqual({
      name: "add",
      description: "Adds two numbers.",
      signature: SPEC.signature,
      parameters: {
        type: "object",
        properties: { a: { type: "number" }, b: { type: "number" } },
        required: ["a", "b"],
        additionalProperties: false,
      },
      result: { type: "number" },
      language: "typescript",
      source: typed,
      entry: "add",
    });
  });

  test("a program that nests beyond any parser is no error of ours", () => {
    const deep = `function add(a, b) { return ${"(".repeat(50_000)}a${")".repeat(50_000)}; }`;
    expect(specTask(SPEC).publish(deep).language).toBe("typescript");
    expect(problem({ seeds: [deep] })).toContain("seeds[0]: expected a program that defines");
  });

  const first = { args: [1, 2], expected: 3 };
  test.each([
    [
      "too few arguments",
      { cases: [first, { args: [1], expected: 1 }] },
      "BAD_SPEC cases[1].args: expected 2 arguments (a, b), got 1",
    ],
    [
      "too many arguments",
      { heldOut: [{ args: [1, 2, 3], expected: 6 }] },
      "heldOut[0].args: expected 2 arguments (a, b), got 3",
    ],
    [
      "too many for an optional one",
      { signature: "add(a: number, b?: number): number", cases: [{ args: [], expected: 0 }] },
      "cases[0].args: expected 1 to 2 arguments (a, b), got 0",
    ],
    [
      "an argument of another type",
      { cases: [{ args: [1, "2"], expected: 3 }] },
      'cases[0].args[1] (b): expected number, got "2"',
    ],
    [
      "an argument of which one part does not fit",
      {
        signature: "add(a: { x: number }[], b: number): number",
        cases: [{ args: [[{ x: 1 }, {}], 2], expected: 3 }],
      },
      "cases[0].args[0] (a)[1].x: expected number, got nothing",
    ],
    [
      "fewer arguments than the last one that must be there",
      {
        signature: "add(a: number, b: number | undefined = 1, c: number): number",
        cases: [{ args: [1, 2], expected: 3 }],
      },
      "cases[0].args: expected 3 arguments (a, b, c), got 2",
    ],
    [
      "a result of another type",
      { cases: [{ args: [1, 2], expected: "3" }] },
      'cases[0].expected: expected number, got "3"',
    ],
    [
      "a contradiction",
      { cases: [first], heldOut: [{ args: [1, 2], expected: 4 }] },
      "heldOut[0]: expected the same value as cases[0]",
    ],
    [
      "a seed that does not parse",
      { seeds: ["function add(a, b) { return a + b; }", "function add(a, b) {"] },
      "seeds[1]: expected a program that defines the function add, got a program that does not parse",
    ],
    [
      "a seed without the function",
      { seeds: ["function sum(a, b) { return a + b; }"] },
      "seeds[0]: expected a program that defines the function add, got one that does not",
    ],
    [
      "a signature that does not parse",
      { signature: "add(a: number" },
      "BAD_SPEC signature: expected TypeScript such as",
    ],
  ])("with %s is refused, with the place", (_, change, message) => {
    expect(problem(change)).toContain(message);
  });
});
