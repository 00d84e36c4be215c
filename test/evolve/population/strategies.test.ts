import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { STRATEGIES, strategyByName } from "../../../src/evolve/population/strategies.ts";
import { strategyContract } from "../../contracts/strategy.ts";

describe.each(Object.keys(STRATEGIES))("strategy: %s", (name) => {
  strategyContract(() => strategyByName(name));
});

describe("plain strategies", () => {
  const place = { island: 0, epoch: 0 };
  const parent = (digest: string, fitness: number) => ({
    digest,
    source: digest,
    fitness,
    scores: [fitness],
  });

  it("best-of-n always starts from the seeds", () => {
    const strategy = strategyByName("best-of-n");
    strategy.registerSeed(parent("seed", 0), "seed");
    strategy.register(parent("better", 5), "better", place);
    const random = seededRandom(1);
    for (let i = 0; i < 20; i++) {
      expect(strategy.select(2, random).parents.map(({ digest }) => digest)).toEqual(["seed"]);
    }
  });

  it("sequential always starts from the best so far", () => {
    const strategy = strategyByName("sequential");
    strategy.registerSeed(parent("seed", 0), "seed");
    strategy.register(parent("better", 5), "better", place);
    strategy.register(parent("worse", 1), "worse", place);
    expect(strategy.select(2, seededRandom(1)).parents.map(({ digest }) => digest)).toEqual([
      "better",
    ]);
  });

  it("refuses a name that it does not know and lists those that it does", () => {
    expect(() => strategyByName("annealing")).toThrow(InputError);
    expect(() => strategyByName("annealing")).toThrow(/funsearch, map-elites, best-of-n/);
  });
});
