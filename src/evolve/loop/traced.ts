/**
 * An evolution run with its trace: opened before the first step and always closed.
 */
import type { Clock } from "../../core/clock.ts";
import { CanceledError } from "../../core/errors.ts";
import type { DataOf, EventOf } from "../../core/events/schemas.ts";
import type { Evaluator, OpenTrace, Sandbox } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import type { Task } from "../../core/task.ts";
import type { Generator } from "../generators/generator.ts";
import type { Strategy } from "../population/strategy.ts";
import { evolve } from "./evolve.ts";
import type { EvolveOptions, EvolveResult } from "./run.ts";
import { startFacts } from "./start-facts.ts";

export interface TracedPorts {
  readonly task: Task;
  readonly generator: Generator;
  readonly strategy: Strategy;
  readonly sandbox: Sandbox;
  readonly evaluator: Evaluator;
  readonly clock: Clock;
  readonly openTrace: OpenTrace;
}

/** @param config What a later run needs to repeat this one; stored in its first event. */
export async function tracedEvolve(
  ports: TracedPorts,
  run: {
    readonly id: string;
    readonly parent?: string;
    readonly config: DataOf<"run-start">["config"];
  },
  options: EvolveOptions,
  signal: AbortSignal,
): Promise<EvolveResult> {
  const { task, strategy, generator } = ports;
  const { id, parent } = run;
  const trace = await ports.openTrace({
    id,
    kind: "evolution",
    title: `evolve ${task.name}`,
    ...present({ parent }),
  });
  try {
    await trace.events([
      {
        type: "run-start",
        data: {
          kind: "evolution",
          task: task.name,
          spec: { ...task.spec },
          entry: task.kernel.entry,
          generator: generator.name,
          strategy: strategy.name,
          seed: options.seed,
          // Workers and time change only the speed of a run: they are not in the data.
          config: run.config,
          ...startFacts(task, options.seed),
        },
        volatile: { budget: { ...options.budget }, before: options.recorded?.seconds ?? 0 },
      },
    ]);
    const result = await evolve(
      { ...ports, trace: (events) => trace.events(events) },
      options,
      signal,
    );
    await trace.events([summary(result)]);
    await trace.end("succeeded");
    return result;
  } catch (error) {
    const canceled = signal.aborted || error instanceof CanceledError;
    await trace.end(canceled ? "canceled" : "failed");
    throw error;
  }
}

function summary(result: EvolveResult): EventOf<"run-result"> {
  const { winner, evaluations, proposals, failures, stopped, seconds } = result;
  return {
    type: "run-result",
    data: {
      best:
        winner === undefined
          ? null
          : { digest: winner.program.digest, fitness: winner.program.fitness },
      evaluations,
      proposals,
      failures: { ...failures },
    },
    volatile: { stopped, seconds },
  };
}
