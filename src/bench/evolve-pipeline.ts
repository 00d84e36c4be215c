/**
 * The whole engine with a model that answers after a while: proposals per second, the engine's CPU
 * for each, and how busy samplers and evaluators are. The trace goes to disk as in any run.
 *
 * With a model of 0 ms nothing runs (an evaluator that gives every program its score at once), so
 * that the engine alone is measured; with 500 ms each program runs in the isolate sandbox.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createEvaluator, specTask } from "../../evaluators/index.ts";
import { isolateSandbox } from "../../sandbox/index.ts";
import { systemClock } from "../core/clock.ts";
import type { LanguageModel, Sandbox } from "../core/ports.ts";
import { ToolSpec } from "../core/tool.ts";
import { generatorByName } from "../evolve/generators/by-name.ts";
import { evolve } from "../evolve/loop/evolve.ts";
import { settingsOf } from "../evolve/loop/settings.ts";
import { strategyByName } from "../evolve/population/strategies.ts";
import { createRedactor, openTrace, sqliteEventStore } from "../trace/index.ts";

interface PipelineRow {
  readonly modelMs: number;
  readonly samplers: number;
  readonly evaluators: string;
  readonly iterations: number;
  readonly iterationsPerSecond: number;
  /** CPU of this process, all threads. */
  readonly cpuMsPerIteration: number;
  /** Share of the time in which a sampler waits for the model, over all samplers. */
  readonly samplersBusy: number;
  /** Share of the time in which programs are being evaluated. */
  readonly evaluatorsBusy: number;
  readonly peakRssMiB: number;
}

const task = specTask(
  ToolSpec.parse({
    name: "level",
    description: "A level that no program reaches.",
    signature: "function level(x: number): number",
    cases: [1, 2, 3, 4].map((x) => ({ args: [x], expected: x * 1e9 + 0.5 })),
    seeds: ["function level(x) { return x; }"],
  }),
);

export async function benchPipeline(signal: AbortSignal): Promise<readonly PipelineRow[]> {
  const rows: PipelineRow[] = [];
  for (const samplers of [16, 64]) {
    rows.push(await measure({ modelMs: 500, samplers, iterations: samplers * 20 }, signal));
  }
  // Last, since the memory of a process is what it once had.
  for (const iterations of [1_000, 10_000, 100_000]) {
    rows.push(await measure({ modelMs: 0, samplers: 64, iterations }, signal));
  }
  return rows;
}

async function measure(
  {
    modelMs,
    samplers,
    iterations,
  }: Readonly<Record<"modelMs" | "samplers" | "iterations", number>>,
  signal: AbortSignal,
): Promise<PipelineRow> {
  const home = mkdtempSync(join(tmpdir(), "toolwright-bench-"));
  const asking = usage();
  const evaluating = usage();
  const bare = modelMs === 0 ? echoSandbox() : await isolateSandbox();
  const sandbox: Sandbox = {
    ...bare,
    runBatch: (batch, stop) => evaluating.during(() => bare.runBatch(batch, stop)),
  };
  const store = sqliteEventStore(join(home, "trace.db"), { clock: systemClock });
  try {
    const redactor = createRedactor({ environment: {} });
    const trace = await openTrace(store, { id: "r", kind: "evolution", title: "bench" }, redactor);
    const model = slowModel(modelMs, asking);
    const generator = generatorByName("llm", task, {
      model,
      temperature: 1,
      capabilities: "",
      prompts: {},
      samplers,
    });
    const settings = settingsOf({
      task,
      generator: "llm",
      seed: 1,
      model: true,
      samplers,
      budget: { evaluations: iterations },
      defaultSeconds: 600,
    });
    let peak = 0;
    const cpu = process.cpuUsage();
    const start = performance.now();
    const result = await evolve(
      {
        task,
        generator,
        sandbox,
        strategy: strategyByName("funsearch"),
        evaluator: createEvaluator(),
        clock: systemClock,
        trace: (events) => trace.events(events),
      },
      {
        ...settings,
        onProgress: ({ proposals }) => {
          if (proposals % 100 < 4) peak = Math.max(peak, process.memoryUsage.rss());
        },
      },
      signal,
    );
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    await trace.end("succeeded");
    return {
      modelMs,
      samplers,
      evaluators: bare.name,
      iterations: result.proposals,
      iterationsPerSecond: (result.proposals * 1000) / wall,
      cpuMsPerIteration: (user + system) / 1000 / result.proposals,
      samplersBusy: asking.summedMs() / wall / samplers,
      evaluatorsBusy: evaluating.anyMs() / wall,
      peakRssMiB: peak / 2 ** 20,
    };
  } finally {
    await bare.close();
    await store.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Adds up the time in which work is under way: of each piece, and of any at all. */
function usage() {
  let open = 0;
  let since = 0;
  let any = 0;
  let summed = 0;
  return {
    async during<Result>(work: () => Promise<Result>): Promise<Result> {
      const start = performance.now();
      if (open++ === 0) since = start;
      try {
        return await work();
      } finally {
        const now = performance.now();
        summed += now - start;
        if (--open === 0) any += now - since;
      }
    },
    summedMs: () => summed,
    anyMs: () => any,
  };
}

/** A program of its own to each request. */
function slowModel(ms: number, asking: ReturnType<typeof usage>): LanguageModel {
  let answered = 0;
  return {
    id: "bench:model",
    terms: "own text",
    complete: (_request, signal) =>
      asking.during(async () => {
        if (ms > 0) await setTimeout(ms, undefined, { signal });
        const id = answered++;
        const content = `\`\`\`js\nfunction level(x) { return x * ${id} + ${id % 97}; }\n\`\`\``;
        return { content, toolCalls: [], finishReason: "stop", model: "bench" };
      }),
  };
}

/** Gives every program the number 1. */
function echoSandbox(): Sandbox {
  const run: Sandbox["run"] = async ({ inputs }) =>
    inputs.map(() => ({ status: "returned", output: 1, wallMs: 0 }));
  return {
    name: "none",
    capabilities: {
      languages: ["javascript"],
      network: false,
      files: "none",
      packages: [],
      stateful: false,
      holds: [],
      doesNotHold: [],
      prompt: "",
    },
    run,
    runBatch: (batch, signal) =>
      Promise.all(
        batch.programs.map((program) => {
          const { programs: _, ...job } = batch;
          return run({ ...job, program }, signal);
        }),
      ),
    close: async () => undefined,
  };
}
