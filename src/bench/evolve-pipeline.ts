/**
 * The whole engine with a model that replies after a delay: proposals per second, CPU time per
 * proposal, and the utilisation of samplers and evaluators. The trace is written to disk as in any run.
 *
 * With a delay of 0 ms the model is an object and no program runs (a fake sandbox returns at once), so
 * that only the engine is measured. Otherwise the real HTTP client calls a server in its own process, and
 * each program runs in the isolate sandbox. The client has to find out how many calls the server takes at
 * once: all that come, or one, where more in flight must not take more time per reply.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
import { type ServedModel, servedModel } from "./served-model.ts";

interface PipelineRow {
  readonly modelMs: number;
  /** Replies that the server works on at the same time. */
  readonly slots: number;
  readonly samplers: number;
  readonly evaluators: string;
  readonly iterations: number;
  readonly iterationsPerSecond: number;
  /** Without the first seconds, in which the client finds out what the server takes. */
  readonly laterPerSecond: number;
  /** Time per reply, relative to the time that the server needs for one. */
  readonly toServerTime: number | null;
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
    rows.push(
      await measure({ modelMs: 500, slots: 64, samplers, iterations: samplers * 40 }, signal),
    );
  }
  for (const samplers of [1, 32]) {
    rows.push(await measure({ modelMs: 100, slots: 1, samplers, iterations: 100 }, signal));
  }
  // Last, because the memory of a process does not shrink.
  for (const iterations of [1_000, 10_000, 100_000]) {
    rows.push(await measure({ modelMs: 0, slots: 64, samplers: 64, iterations }, signal));
  }
  return rows;
}

/** By then the first doublings are done. */
const RAMP_MS = 8_000;

async function measure(
  {
    modelMs,
    slots,
    samplers,
    iterations,
  }: Readonly<Record<"modelMs" | "slots" | "samplers" | "iterations", number>>,
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
  const served = modelMs === 0 ? instantModel() : await servedModel(modelMs, slots);
  const store = sqliteEventStore(join(home, "trace.db"), { clock: systemClock });
  try {
    const redactor = createRedactor({ environment: {} });
    const trace = await openTrace(store, { id: "r", kind: "evolution", title: "bench" }, redactor);
    const model: LanguageModel = {
      ...served.model,
      complete: (request, stop) => modelUsage.during(() => served.model.complete(request, stop)),
    };
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
    let ramp: { readonly ms: number; readonly proposals: number } | undefined;
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
          const ms = performance.now() - start;
          if (ms > RAMP_MS) ramp ??= { ms, proposals };
        },
      },
      signal,
    );
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    await trace.end("succeeded");
    const { ms, proposals } = ramp ?? { ms: 0, proposals: 0 };
    return {
      modelMs,
      slots,
      samplers,
      evaluators: inner.name,
      iterations: result.proposals,
      iterationsPerSecond: (result.proposals * 1000) / wall,
      laterPerSecond: ((result.proposals - proposals) * 1000) / (wall - ms),
      toServerTime:
        modelMs === 0 ? null : wall / result.proposals / (modelMs / Math.min(slots, samplers)),
      cpuMsPerIteration: (user + system) / 1000 / result.proposals,
      samplersBusy: modelUsage.summedMs() / wall / samplers,
      evaluatorsBusy: sandboxUsage.anyMs() / wall,
      peakRssMiB: peak / 2 ** 20,
    };
  } finally {
    served.close();
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

/** Replies to each request at once, with another program. */
function instantModel(): ServedModel {
  let answered = 0;
  return {
    model: {
      id: "bench:model",
      terms: "own text",
      complete: async () => {
        const id = answered++;
        const content = `\`\`\`js\nfunction level(x) { return x * ${id} + ${id % 97}; }\n\`\`\``;
        return { content, toolCalls: [], finishReason: "stop", model: "bench" };
      },
    },
    close: () => {},
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
