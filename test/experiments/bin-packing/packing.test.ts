import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bestFit,
  excessPercent,
  firstFit,
  lowerBound,
  verifyPacking,
} from "../../../experiments/bin-packing/packing.ts";
import { missing, OR3, published, WEIBULL_5K } from "./data.ts";

const streams = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 });

describe("bin-packing verifier", () => {
  test("counts the bins that hold something, gaps and compact form included", () => {
    expect(verifyPacking([0, 2, 0], [3, 4, 5], 10)).toEqual({ status: "valid", bins: 2 });
    expect(verifyPacking(' " ', [3, 4, 5], 10)).toEqual({ status: "valid", bins: 2 });
  });

  test.each([
    ["too few", [0], "a bin for each of 2 items, got 1"],
    ["too many", [0, 1, 1], "a bin for each of 2 items, got 3"],
    ["negative", [0, -1], "item 1 is in bin -1"],
    ["out of range", [0, 2], "item 1 is in bin 2"],
    ["fractional", [0, 0.5], "item 1 is in bin 0.5"],
    ["not a number", [0, Number.NaN], "item 1 is in bin NaN"],
    ["overfull", [0, 0], "bin 0 holds 11, its capacity is 10"],
    ["a character below bin 0", "\u0000\u0020", "item 0 is in bin -32"],
  ])("refuses a packing that is %s", (_, assignment, reason) => {
    const verdict = verifyPacking(assignment, [5, 6], 10);
    expect(verdict).toEqual({ status: "invalid", reason: expect.stringContaining(reason) });
  });

  test("tenths that add up to the capacity fit, more than that does not", () => {
    const items = Array.from({ length: 10 }, () => 0.1);
    expect(
      verifyPacking(
        items.map(() => 0),
        items,
        1,
      ).status,
    ).toBe("valid");
    expect(verifyPacking([...items.map(() => 0), 0], [...items, 0.1], 1).status).toBe("invalid");
  });
});

describe("first fit and best fit", () => {
  test("follow their definitions", () => {
    const items = [6, 5, 4, 3];
    expect(firstFit(items, 10)).toEqual([0, 1, 0, 1]);
    expect(bestFit([5, 6, 4, 5], 10)).toEqual([0, 1, 1, 0]);
    expect(firstFit([5, 6, 4, 5], 10)).toEqual([0, 1, 0, 2]);
  });

  test("pack validly, between the bound and twice the bound plus one", () => {
    fc.assert(
      fc.property(streams, (items) => {
        for (const packing of [firstFit(items, 50), bestFit(items, 50)]) {
          const verdict = verifyPacking(packing, items, 50);
          if (verdict.status === "invalid") throw new Error(verdict.reason);
          const bound = lowerBound(items, 50);
          expect(verdict.bins).toBeGreaterThanOrEqual(bound);
          // No two bins in turn can both be at most half full: fewer than 2 sum / capacity + 1.
          expect(verdict.bins).toBeLessThanOrEqual(2 * bound + 1);
        }
      }),
    );
  });

  test.for<[string, number, number]>([
    [OR3, 5.7406, 5.3678],
    [WEIBULL_5K, 4.2258, 3.9843],
  ])("give the published excess on %s", ([file, first, best], { skip }) => {
    const absent = missing(file);
    skip(absent !== undefined, absent);
    const instances = published(file);
    const bounds = instances.map(({ items, capacity }) => lowerBound(items, capacity));
    const excess = (pack: typeof firstFit): number =>
      excessPercent(
        instances.map(({ items, capacity }) => new Set(pack(items, capacity)).size),
        bounds,
      );
    expect(excess(firstFit)).toBeCloseTo(first, 4);
    expect(excess(bestFit)).toBeCloseTo(best, 4);
  });
});
