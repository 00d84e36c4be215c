import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/core/random.ts";

describe("seededRandom", () => {
  it("repeats a stream for a seed and label", () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (seed, label) => {
        const one = seededRandom(seed, label);
        const two = seededRandom(seed, label);
        for (let i = 0; i < 20; i++) expect(one.next()).toBe(two.next());
      }),
    );
  });

  it("forks by label alone, whatever was drawn before", () => {
    const early = seededRandom(9).fork("a");
    const parent = seededRandom(9);
    parent.next();
    expect(parent.fork("a").next()).toBe(early.next());
    expect(seededRandom(9).fork("b").next()).not.toBe(seededRandom(9).fork("a").next());
  });

  it("draws integers evenly: each of 10 within five standard deviations", () => {
    // Binomial with p = 1/10 over 50,000 draws: mean 5,000, standard deviation 67.1.
    const random = seededRandom(1);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 50_000; i++) {
      const drawn = random.integer(10);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 5_000)).toBeLessThan(5 * 67.1);
  });

  it("draws normals with mean 0 and variance 1 within five standard errors", () => {
    // Standard errors over n draws: mean 1 / sqrt(n), variance sqrt(2 / n).
    const random = seededRandom(3);
    const n = 40_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const value = random.normal();
      sum += value;
      squares += value * value;
    }
    expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(squares / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  });

  it("draws by weight, never what weighs nothing", () => {
    const random = seededRandom(2);
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) {
      const drawn = random.weighted([1, 0, 2]);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    expect(counts[1]).toBe(0);
    // Binomial with p = 2/3 over 30,000 draws: five standard deviations are 408.
    expect(Math.abs((counts[2] ?? 0) - 20_000)).toBeLessThan(408);
  });

  it("refuses a bound below 1 and weights without one above 0", () => {
    expect(() => seededRandom(1).integer(0)).toThrow(RangeError);
    expect(() => seededRandom(1).weighted([0, 0])).toThrow(RangeError);
    expect(() => seededRandom(1).pick([])).toThrow(RangeError);
  });
});
