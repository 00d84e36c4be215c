/** What a batch of experiments uses of this installation: names, tasks, streams. */
import type { Stream, Workbench } from "../../experiments/index.ts";
import { InputError } from "../core/errors.ts";
import { GENERATORS } from "../evolve/generators/by-name.ts";
import { STRATEGIES } from "../evolve/population/strategies.ts";
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
    `Expected one of the streams ${all.map((stream) => stream.name).join(", ")}, got "${name}".`,
  );
}
