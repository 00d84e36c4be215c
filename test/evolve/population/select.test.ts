import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import {
  drawByLength,
  drawRank,
  drawRanks,
  softmax,
} from "../../../src/evolve/population/select.ts";

describe("softmax", () => {
  it("doubles the odds for a lead of temperature times ln 2", () => {
    const [low = 0, high = 0] = softmax([10, 10 + 3 * Math.LN2], 3);
    expect(high / low).toBeCloseTo(2, 12);
  });

  it("sums to 1 and keeps the order, at any scale", () => {
    const scores = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(
        scores,
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (values, temperature) => {
          const probabilities = softmax(values, temperature);
          expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
          for (const [i, a] of values.entries()) {
            for (const [j, b] of values.entries()) {
              if (a > b) expect(probabilities[i]).toBeGreaterThanOrEqual(probabilities[j] ?? 0);
            }
          }
        },
      ),
    );
  });

  it("refuses what has no answer", () => {
    expect(() => softmax([], 1)).toThrow(RangeError);
    expect(() => softmax([1], 0)).toThrow(RangeError);
    expect(() => softmax([1, Number.NaN], 1)).toThrow(RangeError);
  });
});

describe("drawRank", () => {
  it("follows exp(-rank / spread)", () => {
    const random = seededRandom(1);
    const spread = 2;
    const count = 6;
    const weights = Array.from({ length: count }, (_, rank) => Math.exp(-rank / spread));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const draws = 60_000;
    const seen = new Array<number>(count).fill(0);
    for (let i = 0; i < draws; i++) {
      const rank = drawRank(count, spread, random);
      seen[rank] = (seen[rank] ?? 0) + 1;
    }
    for (const [rank, weight] of weights.entries()) {
      const p = weight / total;
      const deviation = Math.sqrt(draws * p * (1 - p));
      expect(Math.abs((seen[rank] ?? 0) - draws * p)).toBeLessThan(5 * deviation);
    }
  });
});

describe("drawRanks", () => {
  it("gives as many different ranks as are wanted and there are, best first", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.integer(),
        (wanted, count, spread, seed) => {
          const ranks = drawRanks(wanted, count, spread, seededRandom(seed));
          expect(new Set(ranks).size).toBe(Math.min(wanted, count));
          expect([...ranks]).toEqual([...ranks].sort((a, b) => a - b));
          for (const rank of ranks) expect(rank).toBeLessThan(count);
        },
      ),
    );
  });
});

describe("drawByLength", () => {
  it("prefers the shorter program by the published odds", () => {
    // Lengths 10 and 20: softmax of 0 and -10/20 gives odds of e^0.5.
    const random = seededRandom(4);
    let short = 0;
    const draws = 30_000;
    for (let i = 0; i < draws; i++) if (drawByLength([20, 10], random) === 1) short++;
    const p = Math.exp(0.5) / (1 + Math.exp(0.5));
    expect(Math.abs(short - draws * p)).toBeLessThan(5 * Math.sqrt(draws * p * (1 - p)));
  });
});
