/** What every strategy holds. */
import { expect, it } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import type { Parent } from "../../src/evolve/generators/generator.ts";
import type { Strategy } from "../../src/evolve/population/strategy.ts";

const program = (index: number): Parent => ({
  digest: `p${index}`,
  source: `function f() { return ${index}; }`,
  fitness: Math.sin(index) * 100,
  scores: [index],
});

function grown(make: () => Strategy, count: number): { strategy: Strategy; chosen: string[] } {
  const strategy = make();
  const random = seededRandom(11);
  strategy.registerSeed(program(0), "s0");
  const chosen: string[] = [];
  for (let i = 1; i <= count; i++) {
    const { parents, place } = strategy.select(2, random);
    chosen.push(...parents.map(({ digest }) => digest));
    strategy.register(program(i), `s${i}`, place);
    strategy.maintain(random);
  }
  return { strategy, chosen };
}

export function strategyContract(make: () => Strategy): void {
  it("selects alike for equal seeds and registrations", () => {
    expect(grown(make, 200).chosen).toEqual(grown(make, 200).chosen);
  });

  it("offers registered programs alone, none twice in one selection, worst first", () => {
    const { strategy } = grown(make, 100);
    const random = seededRandom(3);
    for (let i = 0; i < 100; i++) {
      const { parents } = strategy.select(3, random);
      expect(parents.length).toBeGreaterThan(0);
      expect(new Set(parents.map(({ digest }) => digest)).size).toBe(parents.length);
      const fitness = parents.map((parent) => parent.fitness);
      expect(fitness).toEqual([...fitness].sort((a, b) => a - b));
    }
  });

  it("knows the best of everything registered and lists the elite best first", () => {
    const { strategy } = grown(make, 150);
    const best = Math.max(...Array.from({ length: 151 }, (_, i) => program(i).fitness));
    expect(strategy.best?.fitness).toBe(best);
    const elite = strategy.elite(10).map(({ fitness }) => fitness);
    expect(elite[0]).toBe(best);
    expect(elite).toEqual([...elite].sort((a, b) => b - a));
  });

  it("keeps the first of two equally good programs as the best", () => {
    const strategy = make();
    strategy.registerSeed({ ...program(1), digest: "first" }, "one");
    const { place } = strategy.select(1, seededRandom(1));
    strategy.register({ ...program(1), digest: "second" }, "two", place);
    expect(strategy.best?.digest).toBe("first");
  });
}
