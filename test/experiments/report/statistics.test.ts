import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bootstrapMean, holm, signFlipTest } from "../../../experiments/report/statistics.ts";

describe("the sign-flip test", () => {
  test("gives Fisher's figure for Darwin's maize", () => {
    // Fisher, The Design of Experiments (1935), section 21: of 2^15 sign patterns 863 reach the sum
    // of the differences (in eighths of an inch) in one direction.
    const differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    const { p, exact } = signFlipTest(differences);
    expect(exact).toBe(true);
    expect(p).toBe((2 * 863) / 2 ** 15);
  });

  test("five pairs that all agree can not go below 0.0625", () => {
    expect(signFlipTest([1, 2, 3, 4, 5])).toEqual({ p: 0.0625, smallest: 0.0625, exact: true });
  });

  test("no difference at all is p = 1", () => {
    expect(signFlipTest([0, 0, 0, 0, 0, 0, 0, 0]).p).toBe(1);
  });

  test("does not depend on the unit, and is the same in both directions", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 9 }),
        (d) => {
          const { p } = signFlipTest(d);
          expect(signFlipTest(d.map((value) => value * 0.1)).p).toBeCloseTo(p, 12);
          expect(signFlipTest(d.map((value) => -value)).p).toBe(p);
        },
      ),
    );
  });

  test("sampled flips come near the exact figure", () => {
    // 17 ones and 3 minus ones: p = 2 P(Binomial(20, 1/2) >= 17) = 2 x 1351 / 2^20.
    const differences = [...new Array<number>(17).fill(1), -1, -1, -1];
    const { p, exact } = signFlipTest(differences);
    const truth = (2 * 1351) / 2 ** 20;
    expect(exact).toBe(false);
    // Five standard deviations of a binomial share over 20,000 flips.
    expect(Math.abs(p - truth)).toBeLessThan(5 * Math.sqrt(truth / 20_000) + 1 / 20_000);
  });
});

describe("Holm's correction", () => {
  test("multiplies by what is left, and never falls", () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((value, index) => {
      expect(adjusted[index]).toBeCloseTo(value, 12);
    });
  });

  test("leaves one alone and stays at most 1", () => {
    expect(holm([0.2])).toEqual([0.2]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
  });
});

describe("the bootstrap", () => {
  test("two values give both of them: a quarter of the resamples holds one alone", () => {
    expect(bootstrapMean([0, 1])).toEqual({ low: 0, high: 1 });
  });

  test("one value says nothing of its spread", () => {
    expect(bootstrapMean([3])).toBeUndefined();
  });

  test("comes near the normal interval of the mean of many values", () => {
    // 0..99: standard deviation 28.87, of the mean 2.887: 49.5 -+ 1.96 x 2.887.
    const interval = bootstrapMean(Array.from({ length: 100 }, (_, index) => index));
    expect(interval?.low).toBeGreaterThan(42.8);
    expect(interval?.low).toBeLessThan(45);
    expect(interval?.high).toBeGreaterThan(54);
    expect(interval?.high).toBeLessThan(56.2);
  });

  test("is the same every time", () => {
    expect(bootstrapMean([1, 5, 2, 8])).toEqual(bootstrapMean([1, 5, 2, 8]));
  });
});
