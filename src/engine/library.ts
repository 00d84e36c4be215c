/**
 * The engine as a library: evolve a function, follow the progress, use the best program.
 *
 * It uses the engine; a home folder stores the trace, as on the command line.
 */

import type { z } from "zod";
import { Config, ModelConfig } from "../core/config.ts";
import { present } from "../core/present.ts";
import type { Task } from "../core/task.ts";
import { ToolSpec } from "../core/tool.ts";
import type { EvolveBudget } from "../evolve/loop/budget.ts";
import type { EvolveProgress, EvolveResult } from "../evolve/loop/run.ts";

export interface EvolveRunOptions {
  readonly seed?: number;
  /** Default: 45 seconds. */
  readonly budget?: EvolveBudget;
  readonly generator?: string;
  readonly strategy?: string;
  /** Model that writes programs in addition to the offline generators. Default: none. */
  readonly model?: z.input<typeof ModelConfig>;
  /** Concurrent model calls. Default: the model's own setting, 16. */
  readonly samplers?: number;
  /** The run ends after this many evaluations without a better program. */
  readonly stagnation?: number;
  /** A run of this home with the same task, seed and configuration; it is continued from its end. */
  readonly resume?: string;
  readonly workers?: number;
  /** Folder of the trace. Default: `.toolwright`. */
  readonly home?: string;
  readonly signal?: AbortSignal;
}

export interface EvolvedFunction {
  readonly runId: string;
  /** Undefined if no candidate ran on every training instance. */
  readonly best:
    | {
        readonly source: string;
        readonly entry: string;
        /** Training fitness; higher is better; for a spec, 1 means that every case passes. */
        readonly score: number;
        readonly heldOut: number | undefined;
      }
    | undefined;
  readonly evaluations: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly stopped: EvolveResult["stopped"];
}

/** Progress events, then the result. Reading the progress is optional. */
export interface EvolveRun extends AsyncIterable<EvolveProgress> {
  readonly result: Promise<EvolvedFunction>;
}

/**
 * Starts a run immediately.
 *
 * @param task A spec with cases, or a task with its own harness and score.
 * @throws (result) ConfigError, InputError, SandboxUnavailableError, or the signal's reason.
 */
export function evolve(
  task: Task | Parameters<typeof ToolSpec.parse>[0],
  options: EvolveRunOptions = {},
): EvolveRun {
  const feed = progressFeed();
  const result = run(task, options, feed.push).finally(feed.end);
  // A caller that only iterates must not get an unhandled rejection of `result`.
  result.catch(() => undefined);
  return { result, [Symbol.asyncIterator]: feed.iterate };
}

async function run(
  given: Task | Parameters<typeof ToolSpec.parse>[0],
  options: EvolveRunOptions,
  onProgress: (progress: EvolveProgress) => void,
): Promise<EvolvedFunction> {
  // Imported here, so that a task module that only needs types and schemas loads no driver.
  const [{ openEngine }, { specTask }] = await Promise.all([
    import("./open-engine.ts"),
    import("../../evaluators/index.ts"),
  ]);
  const { seed, workers, home, signal, model, ...search } = options;
  const task = isTask(given) ? given : specTask(ToolSpec.parse(given));
  const engine = openEngine(
    Config.parse({
      ...present({ seed, workers, home }),
    }),
  );
  try {
    const { runId, result } = await engine.evolve(
      task,
      {
        ...search,
        onProgress,
        ...(model === undefined ? {} : { model: ModelConfig.parse(model) }),
      },
      signal ?? new AbortController().signal,
    );
    const { winner, evaluations, failures, stopped } = result;
    const published = winner === undefined ? undefined : task.publish(winner.program.source);
    return {
      runId,
      best:
        winner === undefined || published === undefined
          ? undefined
          : {
              source: published.source,
              entry: published.entry,
              score: winner.program.fitness,
              heldOut: winner.sealed?.fitness,
            },
      evaluations,
      failures,
      stopped,
    };
  } finally {
    await engine.close();
  }
}

function isTask(value: unknown): value is Task {
  return typeof (value as { instances?: unknown } | null)?.instances === "function";
}

/** A queue for one reader. Unread progress is dropped, except the newest. */
function progressFeed() {
  let newest: EvolveProgress | undefined;
  let ended = false;
  let wake: () => void = () => undefined;
  return {
    push(progress: EvolveProgress): void {
      newest = progress;
      wake();
    },
    end(): void {
      ended = true;
      wake();
    },
    async *iterate(): AsyncGenerator<EvolveProgress> {
      for (;;) {
        if (newest !== undefined) {
          const progress = newest;
          newest = undefined;
          yield progress;
        } else if (ended) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
