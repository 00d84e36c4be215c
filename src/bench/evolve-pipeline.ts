/**
 * The whole engine with a model that replies after a delay: proposals per second, CPU time per
 * proposal, and the utilisation of samplers and evaluators. The trace is written to disk as in any run.
 *
 * With a delay of 0 ms no program runs (a fake sandbox returns at once), so that only the engine is
 * measured; with 500 ms each program runs in the isolate sandbox.
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
  /** Mean share of the time in which a sampler waits for the model. */
  readonly samplersBusy: number;
  /** Share of the time in which at least one program is evaluated. */
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
  // Last, because the memory of a process does not shrink.
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
  const modelUsage = usage();
  const sandboxUsage = usage();
  const inner = modelMs === 0 ? fakeSandbox() : await isolateSandbox();
  const sandbox: Sandbox = {
    ...inner,
    runBatch: (batch, stop) => sandboxUsage.during(() => inner.runBatch(batch, stop)),
  };
  const store = sqliteEventStore(join(home, "trace.db"), { clock: systemClock });
  try {
    const redactor = createRedactor({ environment: {} });
    const trace = await openTrace(store, { id: "r", kind: "evolution", title: "bench" }, redactor);
    const model = slowModel(modelMs, modelUsage);
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
      evaluators: inner.name,
      iterations: result.proposals,
      iterationsPerSecond: (result.proposals * 1000) / wall,
      cpuMsPerIteration: (user + system) / 1000 / result.proposals,
      samplersBusy: modelUsage.summedMs() / wall / samplers,
      evaluatorsBusy: sandboxUsage.anyMs() / wall,
      peakRssMiB: peak / 2 ** 20,
    };
  } finally {
    await inner.close();
    await store.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Measures the time of all calls: the sum over the calls, and the time with at least one call. */
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

/** Replies to each request with another program. */
function slowModel(ms: number, modelUsage: ReturnType<typeof usage>): LanguageModel {
  let answered = 0;
  return {
    id: "bench:model",
    terms: "own text",
    complete: (_request, signal) =>
      modelUsage.during(async () => {
        if (ms > 0) await setTimeout(ms, undefined, { signal });
        const id = answered++;
        const content = `\`\`\`js\nfunction level(x) { return x * ${id} + ${id % 97}; }\n\`\`\``;
        return { content, toolCalls: [], finishReason: "stop", model: "bench" };
      }),
  };
}

/** Returns 1 for every program. */
function fakeSandbox(): Sandbox {
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
