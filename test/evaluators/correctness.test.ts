import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { caseVerdict } from "../../evaluators/correctness.ts";
import { similarity } from "../../evaluators/similarity.ts";
import { type Json, sameJson } from "../../src/core/json.ts";

const values = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;

describe("similarity", () => {
  test("is 1 exactly for equal values, and lies in [0, 0.95] for all others", () => {
    fc.assert(
      fc.property(values, values, (actual, expected) => {
        const near = similarity(actual, expected, 0);
        if (sameJson(actual, expected)) expect(near).toBe(1);
        else expect(near).toSatisfy((value: number) => value >= 0 && value <= 0.95);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(values, (value) => {
        expect(similarity(value, structuredClone(value), 0)).toBe(1);
      }),
    );
  });

  test("grows as a number comes nearer, on either side", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1_000 }), (expected, distance) => {
        for (const sign of [-1, 1]) {
          const near = similarity(expected + sign * distance, expected, 0);
          expect(near).toBeGreaterThan(similarity(expected + sign * 2 * distance, expected, 0));
        }
      }),
    );
  });

  test("halves at a distance as large as the expected number", () => {
    expect(similarity(20, 10, 0)).toBeCloseTo(0.95 / 2, 12);
    expect(similarity(1, 0, 0)).toBeCloseTo(0.95 / 2, 12);
  });

  test("counts edits and the common prefix of texts", () => {
    // kitten and sitting: distance 3 of 7, no common prefix.
    expect(similarity("sitting", "kitten", 0)).toBeCloseTo(0.95 * 0.5 * (1 - 3 / 7), 12);
    expect(similarity("ab", "abc", 0)).toBeCloseTo(0.95 * (2 / 3), 12);
    expect(similarity("", "abc", 0)).toBe(0);
    const long = "x".repeat(10_000);
    expect(similarity(`${long}a`, `${long}b`, 0)).toBeGreaterThan(0.94);
  });

  test("takes arrays place by place, and their length apart", () => {
    expect(similarity([1, 2, 3], [1, 2, 4], 0)).toBeGreaterThan(similarity([1, 2], [1, 2, 4], 0));
    expect(similarity([1, 2], [1, 2, 4], 0)).toBeGreaterThan(similarity([2, 1], [1, 2, 4], 0));
    expect(similarity([1, 2], [1, 2, 4], 0)).toBeCloseTo(0.95 * (0.75 * (2 / 3) + 0.25 / 2), 12);
    expect(similarity([], [1], 0)).toBeCloseTo(0.95 * (0.25 / 2), 12);
  });

  test("takes objects key by key", () => {
    expect(similarity({ a: 1 }, { a: 1, b: 2 }, 0)).toBeCloseTo(0.95 * 0.5, 12);
    expect(similarity({ a: 1, c: 3 }, { a: 1, b: 2 }, 0)).toBeCloseTo(0.95 / 3, 12);
  });

  test("sees nothing between different types", () => {
    const others: [Json, Json][] = [
      ["1", 1],
      [true, 1],
      [true, false],
      [null, 0],
      [[], {}],
      [[1], 1],
    ];
    for (const [actual, expected] of others) expect(similarity(actual, expected, 0)).toBe(0);
  });
});

describe("a case", () => {
  test("passes within the tolerance, relative for large numbers and absolute for small ones", () => {
    const verdict = (output: Json, expected: Json, tolerance: number) =>
      caseVerdict({ status: "returned", output, wallMs: 1 }, expected, tolerance).passed;
    expect(verdict(1_000_001, 1_000_000, 1e-5)).toBe(true);
    expect(verdict(1e-6, 0, 1e-5)).toBe(true);
    expect(verdict(1.1, 1, 1e-5)).toBe(false);
    expect(verdict({ a: [1.000001] }, { a: [1] }, 1e-5)).toBe(true);
    expect(verdict(0.1 + 0.2, 0.3, 0)).toBe(false);
  });

  test("fails with similarity 0 and a reason when nothing came back", () => {
    expect(caseVerdict({ status: "threw", message: "no", wallMs: 1 }, 1, 0)).toEqual({
      passed: false,
      similarity: 0,
      outcome: "threw: no",
    });
    expect(caseVerdict({ status: "timed-out", limitMs: 5 }, 1, 0).passed).toBe(false);
  });
});
