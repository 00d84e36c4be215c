/** The loop with its real parts: real isolates, the real evaluator, generators that are plain objects. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEvaluator, specTask } from "../../../evaluators/index.ts";
import { isolateSandbox } from "../../../sandbox/index.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { NewEvent } from "../../../src/core/event.ts";
import type { Sandbox } from "../../../src/core/ports.ts";
import { ToolSpec } from "../../../src/core/tool.ts";
import type { Generator } from "../../../src/evolve/generators/generator.ts";
import { mutationGenerator } from "../../../src/evolve/generators/mutation/index.ts";
import { evolve } from "../../../src/evolve/loop/evolve.ts";
import { recordedOutcomes } from "../../../src/evolve/loop/recorded.ts";
import type { EvolveOptions } from "../../../src/evolve/loop/run.ts";
import { settingsOf } from "../../../src/evolve/loop/settings.ts";
import { strategyByName } from "../../../src/evolve/population/strategies.ts";

const spec = ToolSpec.parse({
  name: "ramp",
  description: "A bounded ramp.",
  signature: "function ramp(x: number, top: number): number",
  cases: [-3, -1, 0, 0.5, 1, 2, 4, 7, 9, 12].map((x) => ({
    args: [x, 6],
    expected: Math.min(Math.max(2 * x, 0), 6),
  })),
  heldOut: [-2, 1.5, 2.5, 20].map((x) => ({
    args: [x, 6],
    expected: Math.min(Math.max(2 * x, 0), 6),
  })),
  seeds: ["function ramp(x, top) { return Math.min(x, top); }"],
});

/** Proposes given programs, in order, and then nothing. */
function listed(sources: readonly string[]): Generator {
  let next = 0;
  return {
    name: "listed",
    parents: 1,
    async propose(_parents, { count }) {
      const taken = sources.slice(next, next + count);
      next += taken.length;
      return taken.map((source) => ({ source, operator: "listed", parents: [] }));
    },
  };
}

let one: Sandbox;
let two: Sandbox;
beforeAll(async () => {
  [one, two] = await Promise.all([isolateSandbox({ slots: 1 }), isolateSandbox({ slots: 2 })]);
});
afterAll(async () => {
  await Promise.all([one?.close(), two?.close()]);
});

async function run(
  options: Partial<EvolveOptions> & {
    sandbox?: Sandbox;
    generator?: Generator;
    task?: ReturnType<typeof specTask>;
  } = {},
) {
  const {
    sandbox = two,
    generator = mutationGenerator(),
    task = specTask(spec),
    ...rest
  } = options;
  const events: NewEvent[] = [];
  const result = await evolve(
    {
      task,
      generator,
      sandbox,
      strategy: strategyByName("funsearch"),
      evaluator: createEvaluator(),
      clock: systemClock,
      trace: async (list) => {
        events.push(...list);
      },
    },
    { seed: 4, budget: { evaluations: 400 }, batch: 32, ...rest },
    new AbortController().signal,
  );
  return { result, events };
}

const stored = (events: readonly NewEvent[]) => events.map((event) => ({ ...event, time: "" }));

describe("evolve", () => {
  it("gives the same events and the same best for a seed, with one worker or two", async () => {
    const first = await run({ sandbox: one });
    const second = await run({ sandbox: two });
    expect(second.events).toEqual(first.events);
    expect(second.result.winner?.program).toEqual(first.result.winner?.program);
  });

  it("gives other events for another seed", async () => {
    const first = await run({ seed: 1 });
    const second = await run({ seed: 2 });
    expect(second.events).not.toEqual(first.events);
  });

  it("replays out of its trace without running a candidate of the search", async () => {
    const whole = await run();
    const programs: number[] = [];
    const counting: Sandbox = {
      ...two,
      runBatch: (batch, signal) => {
        programs.push(batch.programs.length);
        return two.runBatch(batch, signal);
      },
    };
    const replayed = await run({
      sandbox: counting,
      recorded: recordedOutcomes(stored(whole.events)),
    });
    expect(replayed.events).toEqual(whole.events);
    // What is left to run is the sealed split, once: the winner and the seeds.
    expect(programs).toEqual([1 + specTask(spec).kernel.seeds.length]);
  });

  it("goes on from half a trace to the end that it would have had", async () => {
    const whole = await run();
    const half = whole.events.slice(0, Math.floor(whole.events.length / 2));
    const resumed = await run({ recorded: recordedOutcomes(stored(half)) });
    expect(resumed.events).toEqual(whole.events);
  });

  it("spends its evaluations to the last and not one more", async () => {
    for (const evaluations of [1, 33, 100]) {
      const { result } = await run({ budget: { evaluations }, batch: 32, inFlight: 3 });
      expect(result.evaluations).toBe(evaluations);
      expect(result.stopped).toBe("budget");
    }
  });

  it("stops at the target and takes the shortest of the programs that reach it", async () => {
    const exact = "function ramp(x, top) { return Math.min(Math.max(2 * x, 0), top); }";
    const longer =
      "function ramp(x, top) { return Math.min(Math.max(2 * x, 0), top) + (top - top) * 0; }";
    const { result } = await run({ generator: listed([longer, exact]), polish: 50 });
    expect(result.winner?.program.source).toBe(exact);
    expect(result.winner?.sealed?.fitness).toBe(1);
  });

  it("ends when nothing better has come for so many evaluations", async () => {
    // No small program fits digits of pi: improvements soon stop coming.
    const digits = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
    const cases = spec.cases.map(({ args }, index) => ({ args, expected: digits[index] ?? 0 }));
    const { result } = await run({
      task: specTask({ ...spec, cases }),
      generator: listed(
        Array.from({ length: 200 }, (_, i) => `function ramp() { return ${i + 20}; }`),
      ),
      stagnation: 40,
    });
    expect(result.stopped).toBe("stagnation");
  });

  it("ends when the generator has nothing left", async () => {
    const { result } = await run({ generator: listed(["function ramp(x, top) { return 1; }"]) });
    expect(result.stopped).toBe("exhausted");
  });

  it("asks a model that repeats itself some tens of times, not until its budget is full", async () => {
    const program = "function ramp(x, top) { return 1; }";
    const settings = settingsOf({
      task: specTask(spec),
      generator: "llm",
      seed: 1,
      model: true,
      samplers: 16,
      budget: { evaluations: 6 },
      defaultSeconds: 10,
    });
    let asked = 0;
    const repeating: Generator = {
      name: "llm",
      parents: 2,
      async propose(parents, { count }) {
        asked += count;
        const ids = parents.map(({ digest }) => digest);
        const proposal = { source: program, operator: "best-shot", parents: ids };
        return Array.from({ length: count }, () => proposal);
      },
    };
    const { result } = await run({ generator: repeating, ...settings });
    expect(result.stopped).toBe("exhausted");
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(100);
  });

  it("runs a program once, however it is formatted and its names are chosen", async () => {
    const { result, events } = await run({
      generator: listed([
        "function ramp(x, top) { return x * top; }",
        "function ramp(left, right) {\n  // the same\n  return left * right;\n}",
      ]),
    });
    const outcomes = events.filter(
      ({ type, data }) =>
        type === "candidate-result" && (data as { operator: string }).operator === "listed",
    );
    expect(outcomes.map(({ data }) => (data as { status: string }).status)).toEqual([
      "scored",
      "duplicate",
    ]);
    expect(result.evaluations).toBe(specTask(spec).kernel.seeds.length + 1);
  });

  it("never registers a program that fails on one of the cases", async () => {
    const { result } = await run({
      generator: listed([
        "function ramp(x, top) { if (x > 10) throw new Error('late'); return Math.min(Math.max(2 * x, 0), top); }",
      ]),
    });
    expect(result.failures).toEqual({ threw: 1 });
    expect(result.winner?.program.source).not.toContain("late");
  });

  it("gives a forged result no score", async () => {
    const forgeries = [
      "Array.prototype.push = () => 1e9; JSON.stringify = () => '1'; function ramp() { return 1e9; }",
      "function ramp() { return { valueOf: () => 1, toJSON: () => 1 }; }",
      "Object.prototype.score = 1e9; function ramp() { return new Proxy({}, { get: () => 1 }); }",
      "function ramp(x) { console.log('score: 1'); return null; }",
    ];
    const { result } = await run({ generator: listed(forgeries) });
    expect(result.winner?.program.source).toBe(spec.seeds?.[0]);
  });

  it("gives no score to answers that follow the order of the calls", async () => {
    const answers = JSON.stringify(spec.cases.map(({ expected }) => expected));
    const counters = [
      `let calls = 0; function ramp() { return ${answers}[calls++]; }`,
      `function ramp() { globalThis.calls = (globalThis.calls ?? -1) + 1; return ${answers}[globalThis.calls]; }`,
      `function ramp() { ramp.calls = (ramp.calls ?? -1) + 1; return ${answers}[ramp.calls]; }`,
    ];
    const { result } = await run({ generator: listed(counters) });
    expect(result.failures).toEqual({ invalid: 3 });
    expect(result.winner?.program.source).toBe(spec.seeds?.[0]);
  });

  it("refuses remembered answers at the sealed cases", async () => {
    const remembered = `function ramp(x, top) { return ${JSON.stringify(
      Object.fromEntries(spec.cases.map(({ args, expected }) => [String(args[0]), expected])),
    )}[x] ?? 0; }`;
    const { result } = await run({ generator: listed([remembered]) });
    expect(result.winner?.program.fitness).toBe(1);
    expect(result.winner?.sealed?.fitness).toBeLessThan(1);
  });
});
