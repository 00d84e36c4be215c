import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { ensembleGenerator, offlineGenerator } from "../../../src/evolve/generators/ensemble.ts";
import type { Generator, ProposalResult } from "../../../src/evolve/generators/generator.ts";
import { generatorContract, taskOf } from "../../contracts/generator.ts";
import { lists, packing, texts } from "./kernels.ts";

/** An arm that numbers its proposals and keeps what it is told. */
function counting(
  name: string,
  limit = Number.POSITIVE_INFINITY,
): Generator & { readonly told: ProposalResult[] } {
  let made = 0;
  const told: ProposalResult[] = [];
  return {
    name,
    parents: 1,
    told,
    async propose(_parents, { count }) {
      const room = Math.min(count, limit - made);
      return Array.from({ length: room }, () => {
        made++;
        return {
          source: `function f() { return "${name}-${made}"; }`,
          operator: name,
          parents: [],
          tag: `${made}`,
        };
      });
    },
    learn: (results) => void told.push(...results),
  };
}

/** `gain(operator)` is what a proposal of an arm adds to the best fitness. */
async function play(
  generator: Generator,
  gain: (operator: string, step: number) => number,
  { batches = 200, status = "scored" as ProposalResult["status"] } = {},
): Promise<void> {
  const random = seededRandom(9);
  let best = 0;
  for (let step = 0; step < batches; step++) {
    const context = {
      task: taskOf(packing),
      random: random.fork(`${step}`),
      count: 4,
      best: undefined,
      examples: [],
    };
    const proposals = await generator.propose([], context, new AbortController().signal);
    generator.learn?.(
      proposals.map((proposal): ProposalResult => {
        const fitness = best + gain(proposal.operator, step);
        const isBest = fitness > best;
        best = Math.max(best, fitness);
        return { proposal, status, fitness, improved: isBest, best: isBest };
      }),
    );
  }
}

describe("ensemble", () => {
  it("gives the arm that improves the larger share, and the other its floor", async () => {
    const ensemble = ensembleGenerator([counting("idle"), counting("busy")], { floor: 0.1 });
    await play(ensemble, (operator) => (operator === "busy" ? 1 : -1));
    const { idle = 0, busy = 0 } = ensemble.weights?.() ?? {};
    expect(busy).toBeGreaterThan(0.6);
    expect(idle).toBeGreaterThanOrEqual(0.1);
    expect(idle + busy).toBeCloseTo(1, 12);
  });

  it("follows a change of the leader", async () => {
    const ensemble = ensembleGenerator([counting("first"), counting("second")], {
      floor: 0.1,
      halfLife: 300,
    });
    await play(ensemble, (operator, step) => ((operator === "first") === step < 300 ? 1 : -1), {
      batches: 700,
    });
    const { first = 1, second = 0 } = ensemble.weights?.() ?? {};
    expect(second).toBeGreaterThan(first);
  });

  it("prefers the cheaper of two arms that improve alike", async () => {
    const ensemble = ensembleGenerator(
      [{ generator: counting("dear"), cost: 20 }, counting("cheap")],
      { floor: 0.05 },
    );
    await play(ensemble, () => 1, { batches: 300 });
    const { dear = 1, cheap = 0 } = ensemble.weights?.() ?? {};
    expect(cheap).toBeGreaterThan(2 * dear);
  });

  it("tries every new arm before it repeats one", async () => {
    const arms = ["a", "b", "c"].map((name) => counting(name));
    await play(ensembleGenerator(arms), () => 1, { batches: 30 });
    for (const arm of arms) expect(arm.told.length, arm.name).toBeGreaterThan(0);
  });

  it("tells each arm of its own proposals, with their own tags", async () => {
    const arms = [counting("left"), counting("right")];
    await play(ensembleGenerator(arms), () => 1, { batches: 50 });
    for (const arm of arms) {
      expect(arm.told.every(({ proposal }) => proposal.operator === arm.name)).toBe(true);
      expect(arm.told.map(({ proposal }) => proposal.tag)).toEqual(
        arm.told.map((_, i) => `${i + 1}`),
      );
    }
  });

  it("passes the turn of an exhausted arm on", async () => {
    const [few, many] = [counting("few", 3), counting("many")];
    await play(ensembleGenerator([{ generator: few, fallsThrough: true }, many]), () => 1, {
      batches: 50,
    });
    expect(few.told.length + many.told.length).toBe(200);
    expect(few.told.length).toBe(3);
  });

  it("asks an arm that gives nothing ever less", async () => {
    const [dry, wet] = [counting("dry", 0), counting("wet")];
    const ensemble = ensembleGenerator([dry, wet], { floor: 0.05 });
    await play(ensemble, () => 1, { batches: 400 });
    expect(ensemble.weights?.().dry).toBeLessThan(0.2);
    expect(wet.told.length).toBeGreaterThan(800);
  });

  it("does not ask others in place of an arm whose answer may be late", async () => {
    const [slow, quick] = [counting("slow", 0), counting("quick")];
    const ensemble = ensembleGenerator([slow, quick], { floor: 0 });
    const context = {
      task: taskOf(packing),
      random: { ...seededRandom(1), weighted: () => 0 },
      count: 4,
      best: undefined,
      examples: [],
    };
    expect(await ensemble.propose([], context, new AbortController().signal)).toEqual([]);
  });

  it("shows the arms of an inner ensemble", () => {
    const inner = ensembleGenerator([counting("x"), counting("y")], { name: "inner" });
    const weights = ensembleGenerator([inner, counting("z")]).weights?.() ?? {};
    expect(Object.keys(weights).sort()).toEqual(["x", "y", "z"]);
    expect(Object.values(weights).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it("refuses no arms at all, and floors above 1", () => {
    expect(() => ensembleGenerator([])).toThrow(RangeError);
    expect(() => ensembleGenerator([counting("a"), counting("b")], { floor: 0.6 })).toThrow(
      /floors/,
    );
  });
});

describe("the offline generator", () => {
  it("enumerates where there is no harness, tunes where there are numbers, mutates everywhere", () => {
    const arms = (task: ReturnType<typeof taskOf>) =>
      Object.keys(offlineGenerator(task).weights?.() ?? {}).sort();
    const harness = { source: "function harness() { return 0; }" };
    expect(arms({ ...taskOf(packing), harness })).toEqual(["mutation", "tuning"]);
    expect(arms(taskOf(packing))).toEqual(["enumerate", "mutation", "tuning"]);
    const text = taskOf({ ...texts, seeds: texts.seeds.slice(0, 1) });
    expect(arms(text)).toEqual(["enumerate", "mutation"]);
  });
});

for (const [name, kernel] of [
  ["numbers", packing],
  ["texts", texts],
  ["lists", lists],
] as const) {
  describe(`offline generator for ${name}`, () => {
    generatorContract(offlineGenerator, kernel);
  });
}
