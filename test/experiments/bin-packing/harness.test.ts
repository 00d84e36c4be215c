import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kernelHarness } from "../../../experiments/bin-packing/harness-kernel.js.ts";
import { vectorHarness } from "../../../experiments/bin-packing/harness-vector.js.ts";
import {
  bestFit,
  excessPercent,
  firstFit,
  lowerBound,
  verifyPacking,
} from "../../../experiments/bin-packing/packing.ts";
import { publishPriority } from "../../../experiments/bin-packing/publish.ts";
import type { Harness } from "../../../src/index.ts";
import { runner } from "../in-process.ts";
import { missing, OR3, published, WEIBULL_5K } from "./data.ts";
import { BEST_FIT, FIRST_FIT, FUNSEARCH_OR, FUNSEARCH_WEIBULL } from "./heuristics.ts";

function pack(harness: Harness, source: string, entry: string, items: number[], capacity: number) {
  const execution = runner(harness, source, entry).run([items, capacity]);
  if (execution.status !== "returned") throw new Error(JSON.stringify(execution));
  const { output } = execution;
  return typeof output === "string" ? [...output].map((c) => c.charCodeAt(0) - 32) : output;
}

/** Expressions of item, room and capacity, wild ones among them: divisions by zero, ties, NaN. */
const kernels: fc.Arbitrary<string> = fc
  .letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.constantFrom("item", "room", "capacity", "(room - item)"),
      fc.integer({ min: -20, max: 20 }).map(String),
      fc
        .tuple(fc.constantFrom("+", "-", "*", "/", "%"), tie("node"), tie("node"))
        .map(([operator, left, right]) => `(${left} ${operator} (${right}))`),
      fc
        .tuple(tie("node"), tie("node"), tie("node"), tie("node"))
        .map(([a, b, c, d]) => `(${a} < ${b} ? ${c} : ${d})`),
      tie("node").map((inner) => `Math.sqrt(${inner})`),
    ),
  }))
  .node.map((body) => `function score(item, room, capacity) { return ${body}; }`);

const whole = fc.integer({ min: 5, max: 60 }).chain((capacity) =>
  fc.record({
    capacity: fc.constant(capacity),
    items: fc.array(fc.integer({ min: 1, max: capacity }), { minLength: 1, maxLength: 80 }),
  }),
);
const tenths = whole.map(({ capacity, items }) => ({
  capacity: capacity / 10,
  items: items.map((item) => item / 10),
}));

describe("bin-packing kernel harness", () => {
  test("packs as the vector harness does with the published form, for any kernel and stream", () => {
    fc.assert(
      fc.property(kernels, fc.oneof(whole, tenths), (source, { items, capacity }) => {
        const scalar = pack(kernelHarness, source, "score", items, capacity);
        const { source: published } = publishPriority(source);
        expect(scalar).toEqual(pack(vectorHarness, published, "priority", items, capacity));
        expect(verifyPacking(scalar as number[], items, capacity).status).toBe("valid");
      }),
      { numRuns: 300 },
    );
  });

  test("keeps its table over instances without changing a packing", () => {
    fc.assert(
      fc.property(kernels, fc.array(whole, { minLength: 2, maxLength: 4 }), (source, streams) => {
        const shared = runner(kernelHarness, source, "score");
        for (const { items, capacity } of streams) {
          const alone = runner(kernelHarness, source, "score").run([items, capacity]);
          expect(shared.run([items, capacity])).toEqual(alone);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("is first fit for a constant and best fit for the negative rest", () => {
    fc.assert(
      fc.property(fc.oneof(whole, tenths), ({ items, capacity }) => {
        const run = (source: string) => pack(kernelHarness, source, "score", items, capacity);
        expect(run(FIRST_FIT)).toEqual(firstFit(items, capacity));
        // Rooms that differ by rounding alone tie for one and not for the other.
        if (Number.isInteger(capacity)) expect(run(BEST_FIT)).toEqual(bestFit(items, capacity));
      }),
    );
  });

  test("calls the candidate at most once per pair of item and room", () => {
    const { run, calls } = runner(kernelHarness, BEST_FIT, "score");
    const items = Array.from({ length: 5_000 }, (_, i) => 20 + ((i * 37) % 81));
    run([items, 150]);
    run([items, 150]);
    // Items 20 to 100, rooms from the item to 150.
    expect(calls()).toBeLessThanOrEqual((81 * (131 + 51)) / 2);
  });

  test("hands more than 50,000 items over as numbers", () => {
    const items = Array.from({ length: 50_001 }, () => 10);
    const execution = runner(kernelHarness, FIRST_FIT, "score").run([items, 10]);
    const output = execution.status === "returned" ? (execution.output as number[]) : [];
    expect(verifyPacking(output, items, 10)).toEqual({ status: "valid", bins: 50_001 });
  });

  test.each(["'high'", "true", "undefined", "{}"])("refuses %s for a score", (value) => {
    const source = `function score() { return ${value}; }`;
    expect(runner(kernelHarness, source, "score").run([[5, 6], 10]).status).toBe("bad-output");
  });
});

describe("bin-packing vector harness", () => {
  test.each([
    ["NaN", "bins.map(() => NaN)"],
    ["infinity", "bins.map(() => 1 / 0)"],
    ["too few numbers", "bins.slice(1)"],
    ["too many numbers", "[...bins, 1]"],
    ["strings", "[...bins].map(String)"],
    ["a number", "1"],
    ["nothing", "undefined"],
  ])("refuses %s for priorities", (_, value) => {
    const source = `function priority(item, bins) { return ${value}; }`;
    expect(runner(vectorHarness, source, "priority").run([[5, 6], 10]).status).toBe("bad-output");
  });

  test("offers two empty bins, and the candidate may open the second one", () => {
    const last = "function priority(item, bins) { return bins.map((_, i) => i); }";
    expect(pack(vectorHarness, last, "priority", [4, 4, 4], 10)).toEqual([1, 2, 2]);
    const second =
      "function priority(item, bins) { return bins.map((_, i) => (i === 1 ? 1 : 0)); }";
    expect(pack(vectorHarness, second, "priority", [4, 4, 4, 9], 10)).toEqual([1, 1, 2, 3]);
  });

  test("gives the candidate a list that it cannot change for the next item", () => {
    const source =
      "function priority(item, bins) { const p = bins.map((r) => -r); bins.fill(0); return p; }";
    expect(pack(vectorHarness, source, "priority", [5, 6, 4, 5], 10)).toEqual([0, 1, 1, 0]);
  });
});

/** Excess of a program over the bound, in percent, on a published file. */
function excess(file: string, harness: Harness, source: string, entry: string): number {
  const instances = published(file);
  const { run } = runner(harness, source, entry);
  const bins = instances.map(({ items, capacity }) => {
    const execution = run([items, capacity]);
    if (execution.status !== "returned") throw new Error(JSON.stringify(execution));
    const verdict = verifyPacking(execution.output as string, items, capacity);
    if (verdict.status === "invalid") throw new Error(verdict.reason);
    return verdict.bins;
  });
  return excessPercent(
    bins,
    instances.map(({ items, capacity }) => lowerBound(items, capacity)),
  );
}

describe("published figures", () => {
  // Nature 625 (2024), table 1, with the digits of its notebook's data.
  test.for<[string, string, string, number]>([
    ["FunSearch's OR heuristic", OR3, FUNSEARCH_OR, 3.1064],
    ["FunSearch's Weibull heuristic", WEIBULL_5K, FUNSEARCH_WEIBULL, 0.6842],
    ["FunSearch's OR heuristic", WEIBULL_5K, FUNSEARCH_OR, 3.03],
    ["FunSearch's Weibull heuristic", OR3, FUNSEARCH_WEIBULL, 12.8],
  ])("%s on %s: the vector harness agrees", ([, file, source, figure], { skip }) => {
    const absent = missing(file);
    skip(absent !== undefined, absent);
    const digits = String(figure).split(".")[1]?.length ?? 0;
    expect(excess(file, vectorHarness, source, "priority")).toBeCloseTo(figure, digits);
  });

  test.for<[string, string, string, number]>([
    ["first fit", OR3, FIRST_FIT, 5.7406],
    ["best fit", OR3, BEST_FIT, 5.3678],
    ["first fit", WEIBULL_5K, FIRST_FIT, 4.2258],
    ["best fit", WEIBULL_5K, BEST_FIT, 3.9843],
  ])("%s on %s: the kernel harness agrees", ([, file, source, figure], { skip }) => {
    const absent = missing(file);
    skip(absent !== undefined, absent);
    expect(excess(file, kernelHarness, source, "score")).toBeCloseTo(figure, 4);
  });
});
