/**
 * One evaluator compared with two on CPU-bound programs: the same search and programs, twice the slots.
 */
import { createEvaluator, specTask } from "../../evaluators/index.ts";
import { isolateSandbox } from "../../sandbox/index.ts";
import { systemClock } from "../core/clock.ts";
import { ToolSpec } from "../core/tool.ts";
import type { Generator } from "../evolve/generators/generator.ts";
import { evolve } from "../evolve/loop/evolve.ts";
import { strategyByName } from "../evolve/population/strategies.ts";

interface WorkersRow {
  readonly workers: number;
  readonly evaluations: number;
  readonly evaluationsPerSecond: number;
  /** Speed relative to one worker. */
  readonly ratio: number;
}

const task = specTask(
  ToolSpec.parse({
    name: "mix",
    description: "A number that no program gives.",
    signature: "function mix(x: number): number",
    cases: [1, 2].map((x) => ({ args: [x], expected: -x })),
    seeds: ["function mix(x) { return x; }"],
    limits: { timeoutMs: 30_000 },
  }),
);

/** Programs with several milliseconds of integer work, each with another constant. */
function busyPrograms(): Generator {
  let next = 0;
  return {
    name: "busy",
    parents: 1,
    async propose(_parents, { count }) {
      return Array.from({ length: count }, () => ({
        source: `function mix(x) { let h = ${next++}; for (let i = 0; i < 6e6; i++) h = Math.imul(h ^ i, 0x9e3779b1) + x; return h; }`,
        operator: "busy",
        parents: [],
      }));
    },
  };
}

export async function benchWorkers(
  { evaluations = 96 }: { readonly evaluations?: number },
  signal: AbortSignal,
): Promise<readonly WorkersRow[]> {
  const rows: WorkersRow[] = [];
  for (const workers of [1, 2]) {
    const sandbox = await isolateSandbox({ slots: workers });
    try {
      const run = (budget: number) =>
        evolve(
          {
            task,
            generator: busyPrograms(),
            sandbox,
            strategy: strategyByName("random"),
            evaluator: createEvaluator(),
            clock: systemClock,
            trace: async () => undefined,
          },
          { seed: 1, budget: { evaluations: budget } },
          signal,
        );
      await run(4); // Warm-up: starts slots, compiles code.
      const result = await run(evaluations);
      const rate = result.evaluations / result.seconds;
      rows.push({
        workers,
        evaluations: result.evaluations,
        evaluationsPerSecond: rate,
        ratio: rate / (rows[0]?.evaluationsPerSecond ?? rate),
      });
    } finally {
      await sandbox.close();
    }
  }
  return rows;
}
