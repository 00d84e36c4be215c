import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import type { Kernel } from "../../../src/core/task.ts";
import type { Proposal } from "../../../src/evolve/generators/generator.ts";
import { grow } from "../../../src/evolve/generators/mutation/grow.ts";
import { mutationGenerator } from "../../../src/evolve/generators/mutation/index.ts";
import { OPERATORS } from "../../../src/evolve/generators/mutation/operators.ts";
import { paletteOf } from "../../../src/evolve/generators/mutation/palette.ts";
import { analyse } from "../../../src/evolve/syntax/analyse.ts";
import { parseProgram, printNode } from "../../../src/evolve/syntax/tree.ts";
import { drive, generatorContract, taskOf } from "../../contracts/generator.ts";
import { lists, packing, rules, texts } from "./kernels.ts";

const kernels: readonly (readonly [string, Kernel])[] = [
  ["numbers", packing],
  ["texts", texts],
  ["lists", lists],
  ["booleans", rules],
];

for (const [name, kernel] of kernels) {
  describe(`mutation of ${name}`, () => {
    generatorContract(() => mutationGenerator(), kernel, { batches: 30 });
  });
}

describe("mutation", () => {
  it("grows within bounds where a type has no leaf, however often it is asked", () => {
    const spot = { scope: undefined, inEntry: false, parameters: [] };
    for (const [kernel, type] of [
      [lists, "number[]"],
      [texts, "string[]"],
    ] as const) {
      const palette = paletteOf(kernel);
      let grown = 0;
      for (let seed = 0; seed < 300; seed++) {
        const tree = grow(type, 1 + (seed % 12), palette, spot, seededRandom(seed));
        if (tree === undefined) continue;
        grown++;
        expect(printNode(tree).length).toBeLessThan(10_000);
      }
      if (type === "string[]") expect(grown).toBeGreaterThan(0);
    }
  });

  it("gives children that return the kernel's type", async () => {
    for (const [, kernel, inputs] of [
      [
        "numbers",
        packing,
        [
          [30, 90, 150],
          [100, 150, 150],
        ],
      ],
      [
        "booleans",
        rules,
        [
          [30, true],
          [3, false],
        ],
      ],
      [
        "lists",
        lists,
        [
          [[1, 2, 3], 2],
          [[5], 1],
        ],
      ],
    ] as const) {
      const wanted = kernel.result;
      for (const { source } of await proposals(kernel, 40)) {
        const entry = new Function(`${source}; return ${kernel.entry};`)() as (
          ...a: unknown[]
        ) => unknown;
        for (const input of inputs) expect(typeof entry(...input), source).toBe(wanted);
      }
    }
  });

  it("gives text programs that run, for most children", async () => {
    const outcomes = (await proposals(texts, 40)).map(({ source }) => {
      const entry = new Function(`${source}; return shout;`)() as (text: string) => unknown;
      try {
        return typeof entry("two words");
      } catch {
        return "threw"; // A repeat count below zero, a text grown too long.
      }
    });
    const strings = outcomes.filter((outcome) => outcome === "string").length;
    expect(strings / outcomes.length).toBeGreaterThan(0.9);
  });

  it("keeps children of numeric kernels inside the total grammar", async () => {
    for (const { source } of await proposals(packing, 60)) {
      for (const type of typesIn(parseProgram(source))) expect(TOTAL, source).toContain(type);
    }
  });

  it("keeps children within the limit of nodes", async () => {
    const seedSize = Math.max(...packing.seeds.map((seed) => sizeOf(seed, packing)));
    for (const { source } of await proposals(packing, 60)) {
      expect(sizeOf(source, packing)).toBeLessThanOrEqual(Math.max(60, Math.ceil(1.5 * seedSize)));
    }
  });

  it("uses the operators at their shares", async () => {
    const all = (await proposals({ ...packing, seeds: packing.seeds.slice(1, 2) }, 300)).filter(
      ({ operator }) => operator !== "template" && operator !== "burst",
    );
    for (const { name, share } of OPERATORS) {
      const count = all.filter(({ operator }) => operator === name).length;
      // An operator that finds no place gives way to the next draw: shares hold within a half.
      expect(count / all.length, name).toBeGreaterThan(share / 200);
    }
  });

  it("starts with thresholds of declared features around the seeds", async () => {
    const [first] = await proposals({ ...packing, seeds: packing.seeds.slice(1, 2) }, 1);
    expect(first?.operator).toBe("template");
    expect(first?.source).toMatch(/[<>] [\d.]+ \? .+ : -\(room - item\);/);
  });

  it("proposes nothing without a parent or a seed that it can read", async () => {
    const kernel = { ...texts, seeds: ["function shout(text) { return"] };
    const context = {
      task: taskOf(kernel),
      random: seededRandom(1),
      count: 8,
      best: undefined,
      examples: [],
    };
    const none = await mutationGenerator().propose([], context, new AbortController().signal);
    expect(none).toEqual([]);
  });

  it("brings the helpers of the other parent along", async () => {
    const kernel: Kernel = {
      ...packing,
      seeds: [
        "function score(item, room, capacity) { return item * 2 + room; }",
        "const table = [3, 5];\nfunction look(x) { return table[0] * x + table[1]; }\nfunction score(item, room, capacity) { return look(room) - look(item); }",
      ],
    };
    const crossed = (await proposals(kernel, 40)).filter(
      ({ operator }) => operator === "crossover",
    );
    const mixed = crossed.filter(
      ({ source }) => source.includes("look(") && source.includes("* 2"),
    );
    expect(mixed.length).toBeGreaterThan(0);
    for (const { source } of mixed) expect(source).toContain("const table = [3, 5]");
  });
});

async function proposals(kernel: Kernel, batches: number): Promise<readonly Proposal[]> {
  return drive(mutationGenerator(), taskOf(kernel), 11, { batches });
}

function sizeOf(source: string, kernel: Kernel): number {
  const program = parseProgram(source);
  return (program && analyse(program, kernel)?.size) ?? Number.POSITIVE_INFINITY;
}

/** Node types of the grammar whose programs always end. */
const TOTAL = [
  "Program",
  "FunctionDeclaration",
  "VariableDeclaration",
  "VariableDeclarator",
  "BlockStatement",
  "ReturnStatement",
  "IfStatement",
  "ForStatement",
  "UpdateExpression",
  "ExpressionStatement",
  "AssignmentExpression",
  "Identifier",
  "Literal",
  "UnaryExpression",
  "BinaryExpression",
  "LogicalExpression",
  "ConditionalExpression",
  "CallExpression",
  "MemberExpression",
  "ArrayExpression",
];

function typesIn(value: unknown): ReadonlySet<string> {
  const types = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("type" in node && typeof node.type === "string") types.add(node.type);
    for (const child of Object.values(node)) visit(child);
  };
  visit(value);
  return types;
}
