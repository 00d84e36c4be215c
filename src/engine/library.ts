/**
 * The engine as a library: evolve a function of your own, watch it, take the best.
 *
 * Stands on the engine; a home folder keeps the trace, as on the command line.
 */

import type { z } from "zod";
import { Config, ModelConfig } from "../core/config.ts";
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
  /** Who writes programs beside the offline generators. Default: none. */
  readonly model?: z.input<typeof ModelConfig>;
  /** Calls of the model in flight. Default: the model's own setting, 16. */
  readonly samplers?: number;
  /** Evaluations without a better program after which the run ends. */
  readonly stagnation?: number;
  /** A run of this home with the same task, seed and configuration: goes on where it ended. */
  readonly resume?: string;
  readonly workers?: number;
  /** Where the trace lives. Default: `.toolwright`. */
  readonly home?: string;
  readonly signal?: AbortSignal;
}

export interface EvolvedFunction {
  readonly runId: string;
  /** Undefined when no candidate ran on every training instance. */
  readonly best:
    | {
        readonly source: string;
        readonly entry: string;
        /** Training fitness; higher is better, 1 is every case right for a spec. */
        readonly score: number;
        readonly heldOut: number | undefined;
      }
    | undefined;
  readonly evaluations: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly stopped: EvolveResult["stopped"];
}

/** Progress as it comes, then the result. Reading the progress is optional. */
export interface EvolveRun extends AsyncIterable<EvolveProgress> {
  readonly result: Promise<EvolvedFunction>;
}

/**
 * Starts a run at once.
 *
 * @param task A spec with cases, or a task with a harness and a score of its own.
 * @throws (result) ConfigError, InputError, SandboxUnavailableError, or the signal's reason.
 */
export function evolve(
  task: Task | Parameters<typeof ToolSpec.parse>[0],
  options: EvolveRunOptions = {},
): EvolveRun {
  const feed = progressFeed();
  const result = run(task, options, feed.push).finally(feed.end);
  // Whoever only iterates must not be killed by a rejection that `result` still carries.
  result.catch(() => undefined);
  return { result, [Symbol.asyncIterator]: feed.iterate };
}

async function run(
  given: Task | Parameters<typeof ToolSpec.parse>[0],
  options: EvolveRunOptions,
  onProgress: (progress: EvolveProgress) => void,
): Promise<EvolvedFunction> {
  // Loaded here, so that a task module that needs the nouns alone starts no driver.
  const [{ openEngine }, { specTask }] = await Promise.all([
    import("./open-engine.ts"),
    import("../../evaluators/index.ts"),
  ]);
  const { seed, workers, home, signal, model, ...search } = options;
  const task = isTask(given) ? given : specTask(ToolSpec.parse(given));
  const engine = openEngine(
    Config.parse({
      ...(seed === undefined ? {} : { seed }),
      ...(workers === undefined ? {} : { workers }),
      ...(home === undefined ? {} : { home }),
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

/** A queue that one reader drains; what nobody reads is dropped but for the newest. */
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
