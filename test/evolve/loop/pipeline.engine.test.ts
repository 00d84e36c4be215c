/** Many samplers, many evaluators: the order of completion decides nothing but the time. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEvaluator, specTask } from "../../../evaluators/index.ts";
import { isolateSandbox } from "../../../sandbox/index.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { NewEvent } from "../../../src/core/event.ts";
import type { LanguageModel, Sandbox } from "../../../src/core/ports.ts";
import { ToolSpec } from "../../../src/core/tool.ts";
import { generatorByName } from "../../../src/evolve/generators/by-name.ts";
import { evolve } from "../../../src/evolve/loop/evolve.ts";
import type { EvolveOptions } from "../../../src/evolve/loop/run.ts";
import { settingsOf } from "../../../src/evolve/loop/settings.ts";
import { strategyByName } from "../../../src/evolve/population/strategies.ts";
import { scriptedModel } from "../../../src/models/scripted.ts";
import { budgetedModel } from "../../../src/models/spend/budgeted.ts";
import { budgetLedger } from "../../../src/models/spend/ledger.ts";

const task = specTask(
  ToolSpec.parse({
    name: "ramp",
    description: "A bounded ramp.",
    signature: "function ramp(x: number, top: number): number",
    cases: [-3, -1, 0, 0.5, 1, 2, 4, 7, 9, 12].map((x) => ({
      args: [x, 6],
      expected: Math.min(Math.max(2 * x + 0.125, 0), 6),
    })),
    heldOut: [{ args: [2.5, 6], expected: 5.125 }],
    seeds: ["function ramp(x, top) { return Math.min(x, top); }"],
  }),
);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await isolateSandbox({ slots: 1 });
});
afterAll(async () => {
  await sandbox?.close();
});

/** Answers by the request's seed after `delay` of it, and counts how many answers are awaited. */
function slowModel(delay: (seed: number) => number) {
  const flight = { now: 0, most: 0 };
  const base = scriptedModel(async ({ seed = 0 }) => {
    flight.now++;
    flight.most = Math.max(flight.most, flight.now);
    await new Promise((resolve) => setTimeout(resolve, delay(seed)));
    flight.now--;
    // Some replies are of no use, some repeat each other.
    if (seed % 7 === 0) return "I would rather not.";
    const body = `return Math.min(Math.max(x * ${seed % 5} + ${seed % 3}, 0), top);`;
    return `\`\`\`js\nfunction ramp(x, top) { ${body} }\n\`\`\``;
  });
  return { model: base, flight };
}

async function run(
  generator: string,
  model: LanguageModel,
  { samplers = 8, evaluations = 60, ...more }: Partial<EvolveOptions> & Record<string, number> = {},
) {
  const events: NewEvent[] = [];
  const settings = settingsOf({
    task,
    generator,
    seed: 3,
    model: true,
    samplers,
    budget: { evaluations },
    defaultSeconds: 60,
  });
  const result = await evolve(
    {
      task,
      generator: generatorByName(generator, task, {
        model,
        temperature: 1,
        capabilities: "",
        prompts: {},
        samplers,
      }),
      sandbox,
      strategy: strategyByName("funsearch"),
      evaluator: createEvaluator(),
      clock: systemClock,
      trace: async (list) => {
        events.push(...list);
      },
    },
    { ...settings, ...more },
    new AbortController().signal,
  );
  return { result, events };
}

describe.each(["llm", "ensemble"])("pipeline with generator %s", (generator) => {
  it("gives the same events however long each reply takes", async () => {
    const evaluations = generator === "llm" ? 24 : 200;
    const first = await run(generator, slowModel(() => 0).model, { evaluations });
    const shuffled = await run(generator, slowModel((seed) => seed % 40).model, { evaluations });
    const reversed = await run(generator, slowModel((seed) => 40 - (seed % 40)).model, {
      evaluations,
    });
    expect(first.events.filter(({ type }) => type === "model-call").length).toBeGreaterThan(10);
    expect(shuffled.events).toEqual(first.events);
    expect(reversed.events).toEqual(first.events);
  });
});

describe("pipeline", () => {
  it("has as many calls in flight as there are samplers, and not one more", async () => {
    for (const samplers of [1, 6]) {
      const { model, flight } = slowModel(() => 5);
      await run("llm", model, { samplers, evaluations: 15 });
      expect(flight.most).toBe(samplers);
    }
  });

  it("asks for no more programs than may still run", async () => {
    const { model, flight } = slowModel(() => 5);
    const { result } = await run("llm", model, { samplers: 64, evaluations: 9 });
    expect(result.evaluations).toBeLessThanOrEqual(9);
    expect(flight.most).toBe(9 - task.kernel.seeds.length);
  });

  it("keeps the other arms at work while a model answers", async () => {
    const { model } = slowModel(() => 150);
    const { result, events } = await run("ensemble", model, { evaluations: 300 });
    const written = events.filter(
      ({ type, data }) =>
        type === "candidate-result" && (data as { generator?: string }).generator === "llm",
    );
    expect(written.length).toBeGreaterThan(0);
    // Asked in turn with the others, 16 calls of a batch would have waited for the model each time.
    expect(result.evaluations).toBe(300);
    expect(written.length).toBeLessThan(result.proposals / 2);
  });

  it("ends with what was paid for when a model's tokens are spent", async () => {
    const { model } = slowModel((seed) => seed % 20);
    const limit = 40_000;
    const ends = await Promise.all(
      [0, 1].map(async () => {
        const ledger = budgetLedger({ tokens: limit });
        const end = await run("llm", budgetedModel(model, ledger), { evaluations: 1_000 });
        expect(ledger.spent().tokens).toBeLessThanOrEqual(limit);
        return end;
      }),
    );
    expect(ends[0]?.result.stopped).toBe("budget");
    expect(ends[0]?.result.winner?.program.fitness).toBeGreaterThan(0);
    expect(ends[1]?.events).toEqual(ends[0]?.events);
  });
});
