/**
 * The cascade that a batch of candidates goes through: refuse repeats, race on the first
 * instances, run the survivors on all of them. Scores are computed here, outside the sandbox.
 *
 * Takes programs with the rivals of their places, gives one outcome per program, in order.
 */
import type { Execution, Program } from "../core/execution.ts";
import type { Evaluation, Evaluator, Sandbox } from "../core/ports.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { Rivals } from "./strategy.ts";

export type Outcome =
  | {
      readonly status: "scored";
      readonly fitness: number;
      readonly scores: readonly number[];
      readonly feedback: readonly string[];
    }
  /** Lost the race: `fitness` is over the first instances alone and is never compared with others. */
  | { readonly status: "dropped"; readonly fitness: number }
  | { readonly status: "failed"; readonly kind: string; readonly reason: string };

export interface Contender {
  readonly source: string;
  /** Absent: no race, all instances are run. */
  readonly rivals: Rivals | undefined;
}

export interface Cascade {
  /** @throws SandboxUnavailableError, or the signal's reason. */
  run(contenders: readonly Contender[], signal: AbortSignal): Promise<readonly Outcome[]>;
}

/** @param instances The training instances; the first `task.quick` of them decide the race. */
export function cascade(
  task: Task,
  instances: readonly TaskInstance[],
  sandbox: Sandbox,
  evaluator: Evaluator,
  seed: number,
): Cascade {
  const quick = Math.min(task.quick, instances.length);
  const heads = instances.slice(0, quick);
  const tails = instances.slice(quick);
  // Drivers send an inputs array once per slot and know it by identity: these two must live on.
  const headInputs = heads.map(({ input }) => input);
  const tailInputs = tails.map(({ input }) => input);

  const execute = async (
    sources: readonly string[],
    inputs: typeof headInputs,
    signal: AbortSignal,
  ): Promise<readonly (readonly Execution[])[]> => {
    if (sources.length === 0 || inputs.length === 0) return sources.map(() => []);
    const programs = sources.map((source) => programOf(task, source));
    const harness = task.harness === undefined ? {} : { harness: task.harness };
    return sandbox.runBatch({ programs, inputs, limits: task.limits, seed, ...harness }, signal);
  };

  return {
    async run(contenders, signal) {
      const first = await execute(
        contenders.map(({ source }) => source),
        headInputs,
        signal,
      );
      const outcomes: (Outcome | undefined)[] = contenders.map(({ rivals }, index) => {
        const evaluation = evaluator.evaluate(task, heads, first[index] ?? []);
        if (evaluation.status === "failed") return failed(evaluation);
        const lost = rivals !== undefined && loses(task, heads, evaluation.fitness, rivals);
        return lost && tails.length > 0
          ? { status: "dropped", fitness: evaluation.fitness }
          : undefined;
      });

      const running = contenders
        .map((contender, index) => ({ contender, index }))
        .filter(({ index }) => outcomes[index] === undefined);
      const rest = await execute(
        running.map(({ contender }) => contender.source),
        tailInputs,
        signal,
      );
      for (const [place, { index }] of running.entries()) {
        const executions = [...(first[index] ?? []), ...(rest[place] ?? [])];
        const evaluation = evaluator.evaluate(task, instances, executions);
        outcomes[index] =
          evaluation.status === "failed"
            ? failed(evaluation)
            : {
                status: "scored",
                fitness: evaluation.fitness,
                scores: evaluation.scores,
                // An artefact says nothing case by case that a prompt could use.
                feedback:
                  task.harness === undefined ? evaluator.feedback(task, instances, executions) : [],
              };
      }
      return outcomes as readonly Outcome[];
    },
  };
}

/** Everything on all of the instances, without a race: validation and sealed splits. */
export async function evaluateAll(
  task: Task,
  instances: readonly TaskInstance[],
  sandbox: Sandbox,
  evaluator: Evaluator,
  sources: readonly string[],
  seed: number,
  signal: AbortSignal,
): Promise<readonly Evaluation[]> {
  if (sources.length === 0) return [];
  const harness = task.harness === undefined ? {} : { harness: task.harness };
  const inputs = instances.map(({ input }) => input);
  const programs = sources.map((source) => programOf(task, source));
  const executions = await sandbox.runBatch(
    { programs, inputs, limits: task.limits, seed, ...harness },
    signal,
  );
  return executions.map((list) => evaluator.evaluate(task, instances, list));
}

function programOf(task: Task, source: string): Program {
  return { language: "typescript", source, entry: task.kernel.entry };
}

function failed(evaluation: Evaluation & { status: "failed" }): Outcome {
  return { status: "failed", kind: evaluation.kind, reason: evaluation.reason };
}

/**
 * A race is lost by more than half of the distance between the strongest and the weakest parent
 * below the weakest one, measured on the same first instances: such a candidate would not become a
 * parent even with luck on the others.
 */
function loses(
  task: Task,
  heads: readonly TaskInstance[],
  fitness: number,
  { weakest, best }: Rivals,
): boolean {
  const floor = reduceScores(task, weakest.scores.slice(0, heads.length), heads);
  const top = reduceScores(task, best.scores.slice(0, heads.length), heads);
  return fitness < floor - Math.max(0.5 * (top - floor), task.resolution ?? 1e-9);
}

/** The task's reduction, or the mean. */
export function reduceScores(
  task: Task,
  scores: readonly number[],
  instances: readonly TaskInstance[],
): number {
  if (task.reduce !== undefined) return task.reduce(scores, instances);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
