import { expect, it } from "vitest";
import type { Parent } from "../../../src/evolve/generators/generator.ts";
import type { BatchResult } from "../../../src/evolve/loop/candidate.ts";
import { runLedger } from "../../../src/evolve/loop/registrar.ts";
import type { EvolvePorts } from "../../../src/evolve/loop/run.ts";
import { strategyByName } from "../../../src/evolve/population/strategies.ts";

/** A hundred programs that score alike and behave each in a way of their own. */
function batch(phase: number, fitness: number): BatchResult {
  const candidates = Array.from({ length: 100 }, (_, index) => ({
    proposal: { source: `phase ${phase}, ${index}`, operator: "toy", parents: [] },
    digest: `${phase}/${index}`,
    place: undefined,
    outcome: {
      status: "scored" as const,
      fitness,
      scores: [fitness, phase, index],
      feedback: [],
    },
  }));
  return { requested: 100, candidates, spent: false, cut: false };
}

it("brings programs of an earlier elite to the final, long after others have passed them in training", async () => {
  const ports = {
    task: {},
    strategy: strategyByName("best-of-n"),
    generator: { name: "toy", parents: 0, propose: async () => [] },
    trace: async () => undefined,
  };
  const ledger = runLedger(ports as unknown as EvolvePorts, 1e-9);
  // Rises for ever: 10,000 programs, and only the last batch would be the elite of the end.
  for (let phase = 1; phase <= 100; phase++) await ledger.register(batch(phase, phase));
  const phases = (list: readonly Parent[]) =>
    new Set(list.map(({ digest }) => Number(digest.split("/")[0])));
  const finals = ledger.finalists(64);
  const early = finals.filter(({ fitness }) => fitness < 37);
  // Champions of the last 64 batches, the elite, and sixteen each of 2,000, 4,000 and 8,000.
  expect([...phases(early)].sort((a, b) => a - b)).toEqual([20]);
  expect(early).toHaveLength(16);
  expect(finals.filter(({ digest }) => digest.startsWith("40/"))).toHaveLength(16);
  expect(finals[0]?.fitness).toBe(100);
});
