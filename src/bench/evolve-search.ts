/**
 * The end-to-end cost of a search, on the shipped bin packing task with one seed: evaluations per
 * second and CPU time per evaluation, split by component, compared with a process per candidate on the
 * same work in one run.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Config } from "../core/config.ts";
import type { Task } from "../core/task.ts";
import { openEngine } from "../engine/open-engine.ts";
import { loadTask } from "../tasks/tasks.ts";

interface SearchRow {
  readonly what: string;
  readonly workers: number;
  readonly evaluations: number;
  readonly evaluationsPerSecond: number;
  /** CPU of the engine's thread per evaluation: proposals, duplicate checks, registration, trace. */
  readonly engineCpuMs: number | null;
  /** CPU of the task's scoring, in the same thread. */
  readonly scoringCpuMs: number | null;
  /** CPU of the other threads of this process, which pass programs to the sandbox's processes. */
  readonly slotsCpuMs: number | null;
  /** Speed relative to a process per candidate, on the same instances. */
  readonly ratio: number;
}

const run = promisify(execFile);

export async function benchSearch(
  { evaluations = 2_000, task: name = "bin-packing" }: { evaluations?: number; task?: string },
  signal: AbortSignal,
): Promise<readonly SearchRow[]> {
  const task = await loadTask(name);
  const baseline = await processPerCandidate(task, 12, signal);
  const rows: SearchRow[] = [
    {
      what: "a process per candidate (node)",
      workers: 1,
      evaluations: 12,
      evaluationsPerSecond: baseline,
      engineCpuMs: null,
      scoringCpuMs: null,
      slotsCpuMs: null,
      ratio: 1,
    },
  ];
  for (const workers of [1, 2]) {
    for (const generator of ["mutation", "offline"]) {
      rows.push(await measure(task, generator, workers, evaluations, baseline, signal));
    }
  }
  return rows;
}

async function measure(
  task: Task,
  generator: string,
  workers: number,
  evaluations: number,
  baseline: number,
  signal: AbortSignal,
): Promise<SearchRow> {
  const home = mkdtempSync(join(tmpdir(), "toolwright-bench-"));
  const engine = openEngine(Config.parse({ home, workers, seed: 1 }));
  try {
    await engine.sandbox();
    // Warm-up: starts slots, sends instances, compiles code.
    await engine.evolve(task, { generator, budget: { evaluations: 200 } }, signal);
    const scoring = { ms: 0 };
    const before = { all: process.cpuUsage(), thread: process.threadCpuUsage() };
    const { result } = await engine.evolve(
      timed(task, scoring),
      { generator, budget: { evaluations } },
      signal,
    );
    const all = milliseconds(process.cpuUsage(before.all));
    const thread = milliseconds(process.threadCpuUsage(before.thread));
    const rate = result.evaluations / result.seconds;
    const each = (ms: number): number => ms / result.evaluations;
    return {
      what: `evolve, generator ${generator}`,
      workers,
      evaluations: result.evaluations,
      evaluationsPerSecond: rate,
      engineCpuMs: each(thread - scoring.ms),
      scoringCpuMs: each(scoring.ms),
      slotsCpuMs: each(all - thread),
      ratio: rate / baseline,
    };
  } finally {
    await engine.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** The same task, with the time of its scoring added up. */
function timed(task: Task, scoring: { ms: number }): Task {
  return {
    ...task,
    score(execution, instance) {
      // Wall clock: reading the thread's CPU time would cost more than a score.
      const start = performance.now();
      try {
        return task.score(execution, instance);
      } finally {
        scoring.ms += performance.now() - start;
      }
    },
  };
}

function milliseconds({
  user,
  system,
}: {
  readonly user: number;
  readonly system: number;
}): number {
  return (user + system) / 1000;
}

/** The common method: write the candidate to a file, start a process, read its output. */
async function processPerCandidate(
  task: Task,
  count: number,
  signal: AbortSignal,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "toolwright-bench-"));
  try {
    const inputs = JSON.stringify(task.instances("train", 1).map(({ input }) => input));
    writeFileSync(join(folder, "inputs.json"), inputs);
    const start = performance.now();
    for (let index = 0; index < count; index++) {
      const seed = task.kernel.seeds[index % task.kernel.seeds.length] ?? "";
      const file = join(folder, `candidate-${index}.cjs`);
      const call =
        task.harness === undefined
          ? `${task.kernel.entry}(...input)`
          : `harness(${task.kernel.entry}, ...input)`;
      writeFileSync(
        file,
        `${seed}\n${task.harness?.source ?? ""}\nconst badOutput = (reason) => { throw new Error(reason); };\n` +
          `const inputs = JSON.parse(require("node:fs").readFileSync(${JSON.stringify(join(folder, "inputs.json"))}, "utf8"));\n` +
          `process.stdout.write(JSON.stringify(inputs.map((input) => ${call})));\n`,
      );
      await run(process.execPath, [file], { signal, maxBuffer: 64_000_000 });
    }
    return (count * 1000) / (performance.now() - start);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
