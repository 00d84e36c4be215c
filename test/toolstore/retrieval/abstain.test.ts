/** Abstention: a score counts against what a neighbour would have in the same store. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { likelihoods, noneBelow } from "../../../toolstore/retrieval/abstain.ts";
import { toolIndex } from "../../../toolstore/retrieval/tool-index.ts";

const falling = fc
  .array(fc.double({ min: 1e-6, max: 1.3, noNaN: true }), { minLength: 1, maxLength: 30 })
  .map((scores) => scores.sort((a, z) => z - a));

describe("likelihoods", () => {
  it("lie in (0, 1) and fall with the scores: no two matches change places", () => {
    fc.assert(
      fc.property(falling, (scores) => {
        const likely = likelihoods(scores);
        expect(likely).toHaveLength(scores.length);
        likely.forEach((each, i) => {
          expect(each).toBeGreaterThan(0);
          expect(each).toBeLessThan(1);
          if (i === 0) return;
          const [before, score] = [scores[i - 1] as number, scores[i] as number];
          if (score < before * (1 - 1e-9)) expect(each).toBeLessThan(likely[i - 1] as number);
        });
      }),
    );
  });

  it("are one half where a score is what has to be expected of a neighbour", () => {
    // 0.06 + 1.2 * 0.1, by the formula at the head of the file.
    const crowd = Array.from({ length: 5 }, () => 0.1);
    const [best] = likelihoods([0.18, 0.15, 0.14, 0.13, 0.12, ...crowd]);
    expect(best).toBeCloseTo(0.5, 12);
  });

  it("fall when more of the store comes near, and not without end", () => {
    const among = (other: number) =>
      likelihoods([0.4, ...Array.from({ length: 9 }, () => other)])[0] ?? 0;
    expect(among(0.15)).toBeLessThan(among(0.05));
    // Who covers 0.4 of a request is meant, though nine others do too.
    expect(among(0.4)).toBeGreaterThan(noneBelow);
  });

  it("do not depend on how many were asked for", () => {
    const index = toolIndex();
    for (let i = 0; i < 20; i++) {
      index.put(`${i}`, {
        name: `report_${i}`,
        description: `Reports of weather for station ${i}.`,
        parameterNames: [],
        parameterTexts: [],
        examples: [],
        identifiers: [],
        queries: [],
      });
    }
    const ask = (limit: number) => index.search({ text: "weather report station 7", limit });
    expect(ask(1)).toEqual(ask(20).slice(0, 1));
  });
});
