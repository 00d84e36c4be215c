import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import type { Parent } from "../../../src/evolve/generators/generator.ts";
import { programsDatabase } from "../../../src/evolve/population/database.ts";
import { strategyContract } from "../../contracts/strategy.ts";

const program = (name: string, fitness: number): Parent => ({
  digest: name,
  source: `function f() { return "${name}"; }`,
  fitness,
  scores: [fitness],
});

describe("strategy: funsearch", () => {
  strategyContract(() => programsDatabase());

  it("groups programs with one signature into one cluster and prefers the short ones", () => {
    const database = programsDatabase({ islands: 1 });
    const long = {
      ...program("long", 1),
      source: `function f() { return ${"1 + ".repeat(50)}1; }`,
    };
    database.registerSeed(long, "same");
    database.register(program("short", 1), "same", { island: 0, epoch: 0 });
    const random = seededRandom(1);
    let short = 0;
    for (let i = 0; i < 1_000; i++) {
      const { parents } = database.select(1, random);
      expect(parents).toHaveLength(1);
      if (parents[0]?.digest === "short") short++;
    }
    // Lengths 25 and about 220: odds of e^0.89, p = 0.71; five standard deviations are 72.
    expect(short).toBeGreaterThan(710 - 72);
    expect(short).toBeLessThan(1_000);
  });

  it("chooses alike when all scores are scaled and shifted", () => {
    const choose = (scale: (fitness: number) => number): string[] => {
      const database = programsDatabase({ islands: 2 });
      database.registerSeed(program("seed", scale(0)), "seed");
      for (let i = 1; i <= 50; i++) {
        const place = { island: i % 2, epoch: 0 };
        database.register(program(`p${i}`, scale(Math.sin(i))), `s${i}`, place);
      }
      const random = seededRandom(7);
      return Array.from({ length: 50 }, () => database.select(2, random))
        .flatMap(({ parents }) => parents)
        .map(({ digest }) => digest);
    };
    expect(choose((fitness) => 1e6 * fitness - 3e7)).toEqual(choose((fitness) => fitness));
  });

  it("refounds the weaker half from the stronger one after so many registrations", () => {
    const database = programsDatabase({ islands: 4, resetEvery: 8 });
    database.registerSeed(program("seed", 0), "seed");
    for (let i = 0; i < 8; i++) {
      database.register(program(`p${i}`, i), `s${i}`, { island: i % 4, epoch: 0 });
    }
    // Best per island: 4, 5, 6, 7. Islands 0 and 1 are the weaker half.
    const resets = database.maintain(seededRandom(1));
    expect(resets.map(({ island }) => island).sort()).toEqual([0, 1]);
    for (const { founder, epoch } of resets) {
      expect(["p6", "p7"]).toContain(founder);
      expect(epoch).toBe(1);
    }
    expect(database.maintain(seededRandom(1))).toEqual([]);
  });

  it("drops what was asked for before a reset and arrives after it", () => {
    const database = programsDatabase({ islands: 2, resetEvery: 1 });
    database.registerSeed(program("seed", 0), "seed");
    database.register(program("a", 1), "a", { island: 1, epoch: 0 });
    const [reset] = database.maintain(seededRandom(1));
    expect(reset?.island).toBe(0);
    const late = database.register(program("late", 5), "late", { island: 0, epoch: 0 });
    expect(late).toEqual({ status: "late" });
    // It is remembered as the best all the same: nothing that was found is lost.
    expect(database.best?.digest).toBe("late");
    expect(database.register(program("new", 2), "new", { island: 0, epoch: 1 }).status).toBe(
      "registered",
    );
  });

  it("keeps the best program whatever is reset", () => {
    const database = programsDatabase({ islands: 2, resetEvery: 2 });
    database.registerSeed(program("seed", 0), "seed");
    database.register(program("top", 9), "top", { island: 0, epoch: 0 });
    database.register(program("other", 3), "other", { island: 1, epoch: 0 });
    database.maintain(seededRandom(2));
    expect(database.best?.digest).toBe("top");
    expect(database.elite(1)[0]?.digest).toBe("top");
  });
});
