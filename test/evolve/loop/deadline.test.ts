/** The end of a run's time: what is under way is aborted, what has come is used. */
import { describe, expect, test } from "vitest";
import { createEvaluator, specTask } from "../../../evaluators/index.ts";
import { type Clock, systemClock } from "../../../src/core/clock.ts";
import { BudgetExceededError } from "../../../src/core/errors.ts";
import type { NewEvent } from "../../../src/core/event.ts";
import type { RecordedCall } from "../../../src/core/events/model.ts";
import type { LanguageModel, Sandbox } from "../../../src/core/ports.ts";
import { ToolSpec } from "../../../src/core/tool.ts";
import { generatorByName } from "../../../src/evolve/generators/by-name.ts";
import { evolve } from "../../../src/evolve/loop/evolve.ts";
import { runTime } from "../../../src/evolve/loop/run-time.ts";
import { settingsOf } from "../../../src/evolve/loop/settings.ts";
import { strategyByName } from "../../../src/evolve/population/strategies.ts";
import { continuingModel, recordingModel, replayModel } from "../../../src/models/replay.ts";

const task = specTask(
  ToolSpec.parse({
    name: "level",
    description: "A level that no program reaches.",
    signature: "function level(x: number): number",
    cases: [1, 2, 3].map((x) => ({ args: [x], expected: x * 1e9 + 0.5 })),
    seeds: ["function level(x) { return x; }"],
  }),
);

/** The task's seed, and the null candidate. */
const SEEDS = 2;

/** Aborted before: rejects at once. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}

const reply = (index: number) => ({
  content: `\`\`\`js\nfunction level(x) { return x * ${index + 2}; }\n\`\`\``,
  toolCalls: [],
  finishReason: "stop" as const,
  model: "m",
});

/** Answers the calls with these numbers; the others have no end but an abort. */
function model(answered: readonly number[]) {
  const calls = { begun: 0, aborted: 0 };
  const port: LanguageModel = {
    id: "m",
    terms: "own",
    async complete(_, signal) {
      signal.throwIfAborted();
      const index = calls.begun++;
      if (answered.includes(index)) return reply(index);
      try {
        return await hang(signal);
      } finally {
        calls.aborted++;
      }
    },
  };
  return { port, calls };
}

/** Returns each program's factor; hangs where one has this factor. */
function sandbox(hangsAt?: number): Sandbox {
  return {
    name: "fake",
    capabilities: {
      languages: ["javascript", "typescript"],
      network: false,
      files: "none",
      packages: [],
      stateful: false,
      holds: [],
      doesNotHold: [],
      prompt: "",
    },
    run: async () => [],
    async runBatch({ programs, inputs }: Parameters<Sandbox["runBatch"]>[0], signal: AbortSignal) {
      if (programs.some(({ source }) => source.includes(`* ${hangsAt};`))) return hang(signal);
      return programs.map(({ source }) =>
        inputs.map(() => ({
          status: "returned" as const,
          output: Number(/\* (\d+)/.exec(source)?.[1] ?? 1),
          wallMs: 0,
        })),
      );
    },
    close: async () => undefined,
  };
}

async function run(
  port: LanguageModel,
  {
    generator = "llm",
    samplers = 4,
    seconds = 0.1,
    box = sandbox(),
    events = [] as NewEvent[],
  } = {},
) {
  const settings = settingsOf({
    task,
    generator,
    seed: 1,
    model: true,
    samplers,
    budget: { seconds },
    defaultSeconds: 60,
  });
  const result = await evolve(
    {
      task,
      generator: generatorByName(generator, task, {
        model: port,
        temperature: 1,
        capabilities: "",
        prompts: {},
        samplers,
      }),
      sandbox: box,
      strategy: strategyByName("funsearch"),
      evaluator: createEvaluator(),
      clock: systemClock,
      trace: async (list) => {
        events.push(...list);
      },
    },
    { ...settings, exhaustedAfter: Number.POSITIVE_INFINITY },
    new AbortController().signal,
  );
  return { result, events };
}

describe("when the time of a run is over", () => {
  test("calls under way are aborted, and the replies that have come are candidates", async () => {
    const { port, calls } = model([0, 2]);
    const { result } = await run(port);
    expect(result.stopped).toBe("budget");
    expect(calls.aborted).toBe(calls.begun - 2);
    expect(result.evaluations).toBe(SEEDS + 2);
    expect(result.failures).toEqual({ "no-candidate": 2 });
    expect(result.winner?.program.source).toContain("* 4");
  });

  test("a run without any reply ends with its seed", async () => {
    const { port } = model([]);
    const { result } = await run(port);
    expect(result.stopped).toBe("budget");
    expect(result.evaluations).toBe(SEEDS);
    expect(result.winner).toBeDefined();
  });

  test("an evaluation without end is ended, and earlier results are used", async () => {
    const { port } = model(Array.from({ length: 1_000 }, (_, index) => index));
    // The first four replies have the factors 2 to 5, and the next four 6 to 9.
    const { result } = await run(port, { box: sandbox(7) });
    expect(result.stopped).toBe("budget");
    expect(result.evaluations).toBe(SEEDS + 4);
    expect(result.winner?.program.source).toContain("* 5");
  });

  test("aborted calls are recorded, and a replay without a budget repeats the run", async () => {
    const calls: RecordedCall[] = [];
    const recorded = recordingModel(model([0, 2, 5]).port, (call) => {
      calls.push(call);
    });
    const first = await run(recorded);
    expect(calls.filter(({ outcome }) => outcome.status === "failed").length).toBeGreaterThan(0);
    const events: NewEvent[] = [];
    const again = run(replayModel(calls, { id: "m", terms: "own" }), { seconds: 60, events });
    // It knows no time, so it goes on to calls that were never made.
    await expect(again).rejects.toMatchObject({ code: "NOT_RECORDED" });
    const last = first.events.findLastIndex(({ type }) => type === "candidate-result");
    expect(events.slice(0, last + 1)).toEqual(first.events.slice(0, last + 1));
    expect(last).toBeGreaterThan(8);
  });

  test("the caller's abort is no deadline: it rejects with the caller's reason", async () => {
    const { port } = model([0]);
    const settings = { seed: 1, budget: { seconds: 60 }, batch: 4 };
    const generator = generatorByName("llm", task, {
      model: port,
      temperature: 1,
      capabilities: "",
      prompts: {},
      samplers: 4,
    });
    const reason = new BudgetExceededError("enough");
    const controller = new AbortController();
    const ended = evolve(
      {
        task,
        generator,
        sandbox: sandbox(),
        strategy: strategyByName("funsearch"),
        evaluator: createEvaluator(),
        clock: systemClock,
        trace: async () => {},
      },
      settings,
      controller.signal,
    );
    controller.abort(reason);
    await expect(ended).rejects.toBe(reason);
  });
});

/** Moves only by hand. */
function clockAt(): Clock & { ms: number } {
  const clock = { ms: 0, now: () => clock.ms, monotonicMs: () => clock.ms };
  return clock;
}

describe("the time of a run", () => {
  test("counts from the first work that no record has, with what was spent before", () => {
    const clock = clockAt();
    const time = runTime(30, clock, 12);
    clock.ms = 5_000;
    expect([time.leftMs(), time.seconds]).toEqual([Number.POSITIVE_INFINITY, 0]);
    time.begin();
    clock.ms = 8_000;
    expect([time.leftMs(), time.seconds]).toEqual([15_000, 15]);
    time.close();
  });

  test("is over at once where nothing is left: a resumed run sends no further call", async () => {
    const time = runTime(30, clockAt(), 30);
    const { port, calls } = model([0]);
    const resumed = continuingModel([], port, time.begin);
    const asked = resumed.complete({ messages: [{ role: "user", content: "?" }] }, time.deadline);
    await expect(asked).rejects.toBe(time.deadline.reason);
    expect(calls.begun).toBe(0);
    expect(time.deadline.reason).toMatchObject({
      code: "BUDGET_EXCEEDED",
      facts: { unit: "seconds", limit: 30 },
    });
    expect(time.end.aborted).toBe(false);
    time.close();
  });

  test("asks its clock when the timer fires: a slow clock ends nothing early", async () => {
    const clock = clockAt();
    const time = runTime(0.01, clock);
    time.begin();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(time.deadline.aborted).toBe(false);
    clock.ms = 10;
    await hang(time.deadline).catch(() => undefined);
    expect(time.leftMs()).toBe(0);
    time.close();
  });
});
