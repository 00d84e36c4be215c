/**
 * The evaluation cascade of a batch: race the candidates on the first instances, run the survivors on
 * all instances. Scores are computed here, outside the sandbox.
 *
 * Takes programs with the parent ranges of their islands; gives one outcome per program, in order.
 */
import type { Execution, Program } from "../../core/execution.ts";
import type { Evaluation, Evaluator, Sandbox } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import type { Task, TaskInstance } from "../../core/task.ts";
import type { ParentRange } from "../population/strategy.ts";
import { average, ELITE_SAMPLES } from "./noise.ts";

export type Outcome =
  | {
      readonly status: "scored";
      readonly fitness: number;
      readonly scores: readonly number[];
      readonly feedback: readonly string[];
      /** For a noisy task: number of measurements, and the standard error of their mean. */
      readonly samples?: number;
      readonly error?: number;
    }
  /** Lost the race: `fitness` covers only the first instances and is never compared with others. */
  | { readonly status: "dropped"; readonly fitness: number }
  | { readonly status: "failed"; readonly kind: string; readonly reason: string };

export interface CascadeInput {
  readonly source: string;
  /** Undefined: no race, all instances are run. */
  readonly parentRange: ParentRange | undefined;
  /** With at least this fitness it runs again: repeatedly in a noisy task, else in another order. */
  readonly recheckFrom?: number;
}

export interface Cascade {
  /** @throws SandboxUnavailableError, or the signal's reason. */
  run(inputs: readonly CascadeInput[], signal: AbortSignal): Promise<readonly Outcome[]>;
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
  const firstInstances = instances.slice(0, quick);
  const otherInstances = instances.slice(quick);
  // Drivers recognise an inputs array by its identity and send it once per slot: reuse these two.
  const firstInputs = firstInstances.map(({ input }) => input);
  const otherInputs = otherInstances.map(({ input }) => input);

  const execute = async (
    sources: readonly string[],
    inputs: typeof firstInputs,
    signal: AbortSignal,
  ): Promise<readonly (readonly Execution[])[]> => {
    if (sources.length === 0 || inputs.length === 0) return sources.map(() => []);
    const programs = sources.map((source) => programOf(task, source));
    const harness = present({ harness: task.harness });
    return sandbox.runBatch({ programs, inputs, limits: task.limits, seed, ...harness }, signal);
  };

  /** The first instances already have scores: no artefact is scored twice. */
  const whole = (firstScores: readonly number[], tail: readonly Execution[]): Evaluation => {
    const rest: Evaluation =
      otherInstances.length === 0
        ? { status: "scored", scores: [], fitness: 0 }
        : evaluator.evaluate(task, otherInstances, tail);
    if (rest.status === "failed") return { ...rest, at: rest.at + firstInstances.length };
    const scores = [...firstScores, ...rest.scores];
    const fitness = reduceScores(task, scores, instances);
    if (Number.isFinite(fitness)) return { status: "scored", scores, fitness };
    return { status: "failed", kind: "invalid", reason: `the fitness is ${fitness}`, at: 0 };
  };

  /** Replaces the outcomes of candidates above `recheckFrom` by means over several measurements. */
  const remeasure = async (
    elite: readonly Elite[],
    outcomes: Outcome[],
    signal: AbortSignal,
  ): Promise<void> => {
    if (elite.length === 0) return;
    const sources = elite.map(({ source }) => source);
    const measurements: (readonly Evaluation[])[] = [];
    for (let sample = 1; sample < ELITE_SAMPLES; sample++) {
      measurements.push(
        await evaluateAll(task, instances, sandbox, evaluator, sources, seed + sample, signal),
      );
    }
    for (const [place, { index, outcome }] of elite.entries()) {
      const { scores, fitness } = outcome;
      const all = measurements.map((list) => list[place] as Evaluation);
      const measured = average([{ status: "scored", scores, fitness }, ...all]);
      outcomes[index] = "status" in measured ? failed(measured) : { ...outcome, ...measured };
    }
  };

  const backwards = instances.toReversed();
  const backwardsInputs = backwards.map(({ input }) => input);

  /** Runs the instances backwards: detects programs that count their calls and know the answers by order. */
  const confirm = async (
    elite: readonly Elite[],
    outcomes: Outcome[],
    signal: AbortSignal,
  ): Promise<void> => {
    const sources = elite.map(({ source }) => source);
    const executions = await execute(sources, backwardsInputs, signal);
    for (const [place, { index, outcome }] of elite.entries()) {
      const evaluation = evaluator.evaluate(task, backwards, executions[place] ?? []);
      const same =
        evaluation.status === "scored" &&
        evaluation.scores.toReversed().every((score, at) => score === outcome.scores[at]);
      if (same) continue;
      const reason = "it gives other results when the calls are in another order";
      outcomes[index] = { status: "failed", kind: "invalid", reason };
    }
  };

  return {
    async run(inputs, signal) {
      const first = await execute(
        inputs.map(({ source }) => source),
        firstInputs,
        signal,
      );
      const firstScores: (readonly number[])[] = [];
      const outcomes: (Outcome | undefined)[] = inputs.map(({ parentRange }, index) => {
        const evaluation = evaluator.evaluate(task, firstInstances, first[index] ?? []);
        if (evaluation.status === "failed") return failed(evaluation);
        firstScores[index] = evaluation.scores;
        const lost =
          parentRange !== undefined && loses(task, firstInstances, evaluation.fitness, parentRange);
        return lost && otherInstances.length > 0
          ? { status: "dropped", fitness: evaluation.fitness }
          : undefined;
      });

      const running = inputs
        .map((input, index) => ({ input, index }))
        .filter(({ index }) => outcomes[index] === undefined);
      const rest = await execute(
        running.map(({ input }) => input.source),
        otherInputs,
        signal,
      );
      for (const [place, { index }] of running.entries()) {
        const tail = rest[place] ?? [];
        const evaluation = whole(firstScores[index] ?? [], tail);
        if (evaluation.status === "failed") {
          outcomes[index] = failed(evaluation);
          continue;
        }
        const { fitness, scores } = evaluation;
        // An artefact has no per-case feedback that a prompt could use.
        const feedback =
          task.harness === undefined
            ? evaluator.feedback(task, instances, [...(first[index] ?? []), ...tail])
            : [];
        outcomes[index] = { status: "scored", fitness, scores, feedback };
      }
      const recheck = task.noisy === true ? remeasure : confirm;
      await recheck(elite(inputs, outcomes as Outcome[]), outcomes as Outcome[], signal);
      return outcomes as readonly Outcome[];
    },
  };
}

interface Elite {
  readonly source: string;
  readonly index: number;
  readonly outcome: Outcome & { readonly status: "scored" };
}

/** The candidates that reached their `recheckFrom`. */
function elite(inputs: readonly CascadeInput[], outcomes: readonly Outcome[]): readonly Elite[] {
  return inputs.flatMap(({ source, recheckFrom }, index) => {
    const outcome = outcomes[index];
    const reached =
      recheckFrom !== undefined && outcome?.status === "scored" && outcome.fitness >= recheckFrom;
    return reached ? [{ source, index, outcome }] : [];
  });
}

/** All programs on all instances, without a race: for the validation and sealed splits. */
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
  const harness = present({ harness: task.harness });
  const inputs = instances.map(({ input }) => input);
  const programs = sources.map((source) => programOf(task, source));
  const executions = await sandbox.runBatch(
    { programs, inputs, limits: task.limits, seed, ...harness },
    signal,
  );
  return executions.map((list) => evaluator.evaluate(task, instances, list));
}

export function programOf(task: Task, source: string): Program {
  const uses = present({ uses: task.uses });
  return { language: task.language ?? "typescript", source, entry: task.kernel.entry, ...uses };
}

function failed(evaluation: Evaluation & { status: "failed" }): Outcome {
  return { status: "failed", kind: evaluation.kind, reason: evaluation.reason };
}

/**
 * A candidate loses the race if its fitness on the first instances is below the weakest parent's by
 * more than half of the distance between the best and the weakest parent. Such a candidate would not
 * become a parent even with high scores on the other instances.
 */
function loses(
  task: Task,
  firstInstances: readonly TaskInstance[],
  fitness: number,
  { weakest, best }: ParentRange,
): boolean {
  const low = reduceScores(task, weakest.scores.slice(0, firstInstances.length), firstInstances);
  const high = reduceScores(task, best.scores.slice(0, firstInstances.length), firstInstances);
  return fitness < low - Math.max(0.5 * (high - low), task.resolution ?? 1e-9);
}

/** The task's reduction, or the mean. */
function reduceScores(
  task: Task,
  scores: readonly number[],
  instances: readonly TaskInstance[],
): number {
  if (task.reduce !== undefined) return task.reduce(scores, instances);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
