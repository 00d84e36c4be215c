import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type Json } from "../../../src/core/json.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { nearbyInputs, smallerInputs } from "../../../toolstore/evidence/inputs.ts";

const near = (given: readonly (readonly Json[])[], count = 300) =>
  nearbyInputs(given, count, seededRandom(1));
const has = (given: readonly (readonly Json[])[], args: readonly Json[]) =>
  near(given).find((probe) => canonicalJson(probe.args) === canonicalJson(args));

describe("inputs near the given ones", () => {
  it("have what the cases do not show, as odd", () => {
    const years = [[1996], [1999], [2004], [2023]];
    expect(has(years, [2000])?.oddness).toBe(0);
    expect(has(years, [1900])).toBeDefined();
    expect(has(years, [-1996])?.oddness).toBeGreaterThan(2);
    expect(has(years, [1996.5])?.oddness).toBeGreaterThan(2);
    const texts = [["hello"], ["world"], ["one two"]];
    expect(has(texts, [""])?.oddness).toBeGreaterThan(0);
    expect(has(texts, ["HELLO"])?.oddness).toBeGreaterThan(0);
    expect(has([[[1, 2]], [[3]]], [[]])?.oddness).toBeGreaterThan(0);
  });

  it("join arguments of different cases", () => {
    expect(
      has(
        [
          [1, "a"],
          [2, "b"],
        ],
        [1, "b"],
      )?.oddness,
    ).toBe(0);
  });

  it("are new, different, as many as asked for, and the same for the same seed", () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 5 }), (pairs) => {
        const given = pairs as unknown as readonly (readonly Json[])[];
        const probes = near(given, 40);
        const keys = probes.map(({ args }) => canonicalJson(args));
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.length).toBeLessThanOrEqual(40);
        for (const args of given) expect(keys).not.toContain(canonicalJson(args));
        expect(near(given, 40)).toEqual(probes);
        for (const { oddness, args } of probes) {
          expect(oddness).toBeGreaterThanOrEqual(0);
          expect(args).toHaveLength(2);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("are made smaller by one part", () => {
    const smaller = smallerInputs({ args: [[1, 20], "ab"], oddness: 3 });
    expect(smaller.map(({ args }) => args)).toEqual(
      expect.arrayContaining([
        [[1], "ab"],
        [[1, 2], "ab"],
        [[1, 20], "a"],
      ]),
    );
    expect(smaller.every(({ oddness }) => oddness === 3)).toBe(true);
  });
});
