import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { bitsOfCases, DELTA, isEnough } from "../../../toolstore/evidence/bits.ts";

describe("the bits of a case", () => {
  it("are the logarithm of the share of behaviours that are right on it", () => {
    const bits = bitsOfCases({ expected: ["a", "b"], shares: [1 / 8, 1] }, ["a", "b", "c"]);
    expect(bits).toEqual([3, 0]);
  });

  it("are one at most for yes or no, however rare the behaviours are", () => {
    const all = [true, false, true, false];
    const bits = bitsOfCases({ expected: [true, false], shares: [0.001, 0.001] }, all);
    expect(bits).toEqual([1, 1]);
  });

  it("are fewer for an answer that most cases share", () => {
    const all = [0, 0, 0, 7];
    const [common, rare] = bitsOfCases({ expected: [0, 7], shares: [0.001, 0.001] }, all);
    expect(common).toBeCloseTo(-Math.log2(3 / 4), 12);
    expect(rare).toBeCloseTo(Math.log2(1000), 12);
  });
});

describe("enough bits", () => {
  const margin = Math.log2(1 / DELTA);

  it("are the search's logarithm and the margin, for held-out cases alone", () => {
    const weighed = { allBits: 0, searched: 1024, lengthBits: 1e9 };
    expect(isEnough({ ...weighed, heldOutBits: 10 + margin })).toBe(true);
    expect(isEnough({ ...weighed, heldOutBits: 10 + margin - 0.01 })).toBe(false);
  });

  it("grow with the length of the program, for all cases", () => {
    const weighed = { heldOutBits: 0, allBits: 20 + margin, searched: 1024 };
    expect(isEnough({ ...weighed, lengthBits: 40 })).toBe(true);
    expect(isEnough({ ...weighed, lengthBits: 41 })).toBe(false);
    expect(isEnough({ ...weighed, lengthBits: 2, searched: 2 ** 21 })).toBe(false);
  });

  it.each([2, 3, 10])(
    "are reached by less than 1 %% of wrong winners, with %i different answers",
    (answers) => {
      const random = seededRandom(answers, "wrong winners");
      const [trials, behaviours] = [300, 500];
      // As many cases as leave about one wrong behaviour that fits all of them.
      const cases = Math.round(Math.log(behaviours) / Math.log(answers));
      const draw = (): number[] => Array.from({ length: cases }, () => random.integer(answers));
      let winners = 0;
      let trusted = 0;
      for (let trial = 0; trial < trials; trial++) {
        const expected = draw();
        const pool = Array.from({ length: behaviours }, draw);
        if (!pool.some((row) => row.every((value, at) => value === expected[at]))) continue;
        winners++;
        const shares = expected.map(
          (value, at) => (1 + pool.filter((row) => row[at] === value).length) / (behaviours + 1),
        );
        const bits = bitsOfCases({ expected, shares }, expected);
        const allBits = bits.reduce((sum, each) => sum + each, 0);
        const heldOutBits = bits.slice(-2).reduce((sum, each) => sum + each, 0);
        const lengthBits = 2 * Math.log2(behaviours);
        if (isEnough({ heldOutBits, allBits, searched: behaviours, lengthBits })) trusted++;
      }
      // Otherwise nothing was tested.
      expect(winners).toBeGreaterThan(trials / 10);
      expect(trusted / trials).toBeLessThan(0.01);
    },
  );
});
