import { describe, expect, test } from "vitest";
import {
  generateInstances,
  uniformKind,
  weibullKind,
} from "../../../experiments/bin-packing/instances.ts";
import { seededRandom } from "../../../src/index.ts";

const sizes = [
  { streams: 3, items: 2_000 },
  { streams: 5, items: 1_000 },
];

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("bin-packing instances", () => {
  test("equal seeds give equal streams, other seeds others", () => {
    const made = [1, 1, 2].map((seed) => generateInstances(uniformKind, sizes, seededRandom(seed)));
    expect(made[1]).toEqual(made[0]);
    expect(made[2]).not.toEqual(made[0]);
  });

  test("every prefix takes from each size in turn", () => {
    const lengths = generateInstances(uniformKind, sizes, seededRandom(1)).map(
      ({ items }) => items.length,
    );
    expect(lengths).toEqual([2_000, 1_000, 2_000, 1_000, 2_000, 1_000, 1_000, 1_000]);
  });

  test("uniform items are the integers 20 to 100, with mean 60", () => {
    const items = generateInstances(uniformKind, sizes, seededRandom(7)).flatMap((i) => i.items);
    expect(new Set(items)).toEqual(new Set(Array.from({ length: 81 }, (_, i) => 20 + i)));
    // Five standard errors: sd of 81 integers is sqrt((81^2 - 1) / 12) = 23.4, over 11,000 draws.
    expect(Math.abs(mean(items) - 60)).toBeLessThan((5 * 23.4) / Math.sqrt(11_000));
  });

  test("Weibull items are integers of 1 to 100 with the distribution's mean and spread", () => {
    const items = generateInstances(weibullKind, sizes, seededRandom(7)).flatMap((i) => i.items);
    expect(items.every((item) => Number.isInteger(item) && item >= 1 && item <= 100)).toBe(true);
    // 45 gamma(4/3) = 40.184; sd 45 sqrt(gamma(5/3) - gamma(4/3)^2) = 14.60; clipping moves < 0.01.
    const bound = (5 * 14.6) / Math.sqrt(11_000);
    expect(Math.abs(mean(items) - 40.184)).toBeLessThan(bound + 0.01);
    const spread = Math.sqrt(mean(items.map((item) => (item - 40.184) ** 2)));
    expect(Math.abs(spread - 14.6)).toBeLessThan(0.5);
  });
});
