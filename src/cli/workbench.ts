/** What the command line brings to a batch of experiments: names, tasks, streams, the grid in words. */
import type { Cell, GridEstimate, Stream, Workbench } from "../../experiments/index.ts";
import { InputError } from "../core/errors.ts";
import { GENERATORS } from "../evolve/generators/by-name.ts";
import { STRATEGIES } from "../evolve/strategies.ts";
import { table } from "./output.ts";
import { loadTask, shippedModules, shippedTasks } from "./tasks.ts";

export function workbench(): Workbench {
  let shipped: ReturnType<typeof shippedTasks> | undefined;
  const tasks = () => {
    shipped ??= shippedTasks();
    return shipped;
  };
  return {
    strategies: Object.keys(STRATEGIES),
    generators: GENERATORS,
    taskNames: async () => (await tasks()).map(({ name }) => name),
    async loadTask(name, folder) {
      return (await tasks()).find((task) => task.name === name) ?? loadTask(name, folder);
    },
    streamNames: async () => (await streams()).map(({ name }) => name),
  };
}

async function streams(): Promise<readonly Stream[]> {
  const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  const modules = await shippedModules(`stream${extension}`);
  const loaded = await Promise.all(
    modules.map(async ({ url }) => (await import(url.href)) as { streams?: readonly Stream[] }),
  );
  return loaded.flatMap((module) => module.streams ?? []);
}

export async function loadStream(name: string): Promise<Stream> {
  const all = await streams();
  const found = all.find((stream) => stream.name === name);
  if (found !== undefined) return found;
  throw new InputError(
    "UNKNOWN_STREAM",
    `Expected a stream of ${all.map((stream) => stream.name).join(", ")}, got "${name}".`,
  );
}

export function gridText(cells: readonly Cell[], estimate: GridEstimate, workers: number): string {
  const groups = Map.groupBy(cells, ({ task, strategy, generator, model, budget }) =>
    JSON.stringify([task, strategy, generator, model ?? "", budget]),
  );
  const rows = [...groups.values()].map((own) => {
    const { task, strategy, generator, model, budget, baseline } = own[0] as Cell;
    return [
      task,
      `${strategy}${baseline ? " (baseline)" : ""}`,
      generator,
      model ?? "",
      Object.entries(budget)
        .map(([unit, amount]) => `${amount} ${unit}`)
        .join(", "),
      own.map(({ seed }) => seed).join(" "),
    ];
  });
  const { mostUsd, seconds, evaluations, notes } = estimate;
  const minutes = seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
  return [
    table(["task", "strategy", "generator", "model", "budget", "seeds"], rows),
    `${cells.length} cells, at most ${evaluations} evaluations; about ${minutes} with ${workers} workers; cost: ${mostUsd === undefined ? "unknown" : mostUsd === 0 ? "none" : `at most $${mostUsd.toFixed(2)}`}.`,
    ...notes,
  ].join("\n");
}
