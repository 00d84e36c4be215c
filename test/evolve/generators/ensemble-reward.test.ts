import { describe, expect, it } from "vitest";
import { resultRewards } from "../../../src/evolve/generators/ensemble-reward.ts";
import type { ProposalResult } from "../../../src/evolve/generators/generator.ts";

function scored(
  fitness: number,
  { parents = [] as readonly string[], improved = false, best = false } = {},
): ProposalResult {
  const proposal = { source: "", operator: "test", parents };
  return { proposal, status: "scored", fitness, improved, best };
}

describe("worth of a result", () => {
  it("is half a unit for a usual gain, more for a larger one, below 1 whatever the scale", () => {
    for (const scale of [1e-6, 1, 1e6]) {
      const worth = resultRewards();
      worth(scored(0, { best: true }), 0);
      expect(worth(scored(scale, { best: true }), 0)).toBeCloseTo(0.5, 12);
      const large = worth(scored(11 * scale, { best: true }), 0);
      expect(large).toBeGreaterThan(0.5);
      expect(large).toBeLessThan(1);
    }
  });

  it("is little for an improvement of a parent, nothing for an equal or a failure", () => {
    const worth = resultRewards();
    worth(scored(9, { best: true }), 0);
    const improved = worth(scored(5, { parents: ["a"], improved: true }), 1);
    expect(improved).toBeGreaterThan(0);
    expect(improved).toBeLessThan(0.1);
    expect(worth(scored(5, { parents: ["a"] }), 1)).toBe(0);
    expect(worth({ ...scored(5), status: "failed" }, 1)).toBe(0);
  });

  it("asks what has no parents to be above all that its arm wrote", () => {
    const worth = resultRewards();
    worth(scored(9, { best: true }), 0);
    // Whatever is compared with no parents is above all of them.
    const orphan = (fitness: number) => worth(scored(fitness, { improved: true }), 1);
    expect([3, 3, 2, 4, 4].map(orphan).map((each) => each > 0)).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});
