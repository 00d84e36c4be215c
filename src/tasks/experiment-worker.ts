/** A worker process that runs cells of a batch, and the command line that starts it. */

import { loadConfig } from "../engine/load-config.ts";
import { openEngine } from "../engine/open-engine.ts";
import { loadTask } from "./tasks.ts";
import { loadStream } from "./workbench.ts";

/** Runs cells: JSON lines on stdin and stdout. The parent process handles Ctrl-C. */
export async function work({ home, workers }: { home: string; workers: number }): Promise<void> {
  process.on("SIGINT", () => undefined);
  const { serveCells } = await import("../../experiments/index.ts");
  const engineAt = (folder: string) =>
    openEngine(loadConfig({ flags: { home: folder, workers }, environment: process.env }));
  const engine = engineAt(home);
  const tasks = new Map<string, ReturnType<typeof loadTask>>();
  try {
    await serveCells(
      {
        engine,
        engineAt,
        loadTask(name) {
          const loaded = tasks.get(name) ?? loadTask(name, "/");
          tasks.set(name, loaded);
          return loaded;
        },
        loadStream,
      },
      process.stdin,
      (answer) => void process.stdout.write(`${JSON.stringify(answer)}\n`),
    );
  } finally {
    await engine.close();
  }
}

/** The current command line as a worker process: one slot per process, because cells share the machine. */
export function workerCommand(home: string): readonly string[] {
  const script = process.argv[1] ?? "";
  return [process.execPath, ...process.execArgv, script, "experiment", "worker", "--home", home];
}
