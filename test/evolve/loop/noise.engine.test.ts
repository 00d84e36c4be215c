/** Measured scores: luck does not stay best, and a replay ends where the run did. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEvaluator, specTask } from "../../../evaluators/index.ts";
import { isolateSandbox } from "../../../sandbox/index.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { NewEvent } from "../../../src/core/event.ts";
import type { Sandbox } from "../../../src/core/ports.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { Task } from "../../../src/core/task.ts";
import { ToolSpec } from "../../../src/core/tool.ts";
import type { Generator } from "../../../src/evolve/generators/generator.ts";
import { evolve } from "../../../src/evolve/loop/evolve.ts";
import { average } from "../../../src/evolve/loop/noise.ts";
import { type Recorded, recordedOutcomes } from "../../../src/evolve/loop/recorded.ts";
import { strategyByName } from "../../../src/evolve/population/strategies.ts";

const { target: _, ...base } = specTask(
  ToolSpec.parse({
    name: "level",
    description: "A level.",
    signature: "function level(x: number): number",
    cases: [{ args: [1], expected: 0 }],
    heldOut: [{ args: [1], expected: 0 }],
    seeds: ["function level(x) { return 0; }"],
  }),
);
const NOISE = 3;

/** The level that a program returns, measured with a normal error of standard deviation 3. */
function noisyTask(seed: number): Task {
  const random = seededRandom(seed, "noise");
  return {
    ...base,
    noisy: true,
    score: ({ output }) => ({ status: "scored", score: Number(output) + NOISE * random.normal() }),
  };
}

/** 400 programs at level 0 and one at level 3: once measured, many look better than it is. */
function levels(): Generator {
  let next = 0;
  return {
    name: "levels",
    parents: 1,
    async propose(_parents, { count }) {
      const from = next;
      next = Math.min(401, next + count);
      return Array.from({ length: next - from }, (_, offset) => ({
        // Text alone tells them apart: a value that is computed and not used.
        source: `function level(x) { const id = ${from + offset}; return id === 200 ? 3 : id * 0; }`,
        operator: "listed",
        parents: [],
      }));
    },
  };
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await isolateSandbox({ slots: 1 });
});
afterAll(async () => {
  await sandbox?.close();
});

async function run(task: Task, recorded?: Recorded) {
  const events: NewEvent[] = [];
  const result = await evolve(
    {
      task,
      generator: levels(),
      sandbox,
      strategy: strategyByName("funsearch"),
      evaluator: createEvaluator(),
      clock: systemClock,
      trace: async (list) => {
        events.push(...list);
      },
    },
    { seed: 1, budget: { evaluations: 410 }, ...(recorded === undefined ? {} : { recorded }) },
    new AbortController().signal,
  );
  return { result, events };
}

describe("noisy scores", () => {
  it("finds the program that is better by one standard deviation among 400 lucky ones", async () => {
    let found = 0;
    for (const seed of [1, 2, 3]) {
      const { result } = await run(noisyTask(seed));
      const { program, measured } = result.winner ?? {};
      if (program?.source.includes("id === 200")) found++;
      expect(measured?.samples).toBe(9);
      // Nine measurements of standard deviation 3: their mean errs by 1, give or take a half.
      expect(measured?.error).toBeGreaterThan(0.2);
      expect(measured?.error).toBeLessThan(2);
    }
    expect(found).toBeGreaterThanOrEqual(2);
  });

  it("registers no champion on one measurement, and traces count and error", async () => {
    const { events } = await run(noisyTask(4));
    const scored = events.filter(
      ({ type, data }) =>
        type === "candidate-result" && (data as { status: string }).status === "scored",
    );
    const champions = new Set(
      events
        .filter(({ type }) => type === "best-change")
        .map(({ data }) => (data as { digest: string }).digest),
    );
    expect(champions.size).toBeGreaterThan(1);
    for (const { data } of scored) {
      const { digest, samples } = data as { digest: string; samples?: number };
      if (champions.has(digest)) expect(samples).toBe(5);
    }
    expect(scored.some(({ data }) => (data as { samples?: number }).samples === undefined)).toBe(
      true,
    );
  });

  it("replays to the same choice without measuring anything of the search again", async () => {
    const whole = await run(noisyTask(5));
    const stored = whole.events.map((event) => ({ ...event, time: "" }));
    // Another stream of noise: whatever was measured again would come out differently.
    const replayed = await run(noisyTask(6), recordedOutcomes(stored));
    const search = (events: readonly NewEvent[]) =>
      events.filter(({ type }) => type !== "held-out-result");
    expect(search(replayed.events)).toEqual(search(whole.events));
    expect(replayed.result.winner?.program).toEqual(whole.result.winner?.program);
    expect(replayed.result.winner?.measured).toEqual(whole.result.winner?.measured);
  });

  it("gives mean and standard error of measurements, and a failure of one as a failure", () => {
    const scored = (score: number) =>
      ({ status: "scored", scores: [score], fitness: score }) as const;
    // Sample standard deviation of 2, 4, 9 is sqrt(13); over sqrt(3).
    const measured = average([scored(2), scored(4), scored(9)]);
    expect(measured).toMatchObject({ fitness: 5, scores: [5], samples: 3 });
    expect((measured as { error: number }).error).toBeCloseTo(Math.sqrt(13 / 3), 12);
    const failure = { status: "failed", kind: "threw", reason: "now and then", at: 0 } as const;
    expect(average([scored(2), failure])).toBe(failure);
  });
});
