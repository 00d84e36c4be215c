/**
 * The cascade that a batch of candidates goes through: refuse repeats, race on the first
 * instances, run the survivors on all of them. Scores are computed here, outside the sandbox.
 *
 * Takes programs with the rivals of their places, gives one outcome per program, in order.
 */
import type { Execution, Program } from "../../core/execution.ts";
import type { Evaluation, Evaluator, Sandbox } from "../../core/ports.ts";
import type { Task, TaskInstance } from "../../core/task.ts";
import type { Rivals } from "../population/strategy.ts";
import { average, ELITE_SAMPLES } from "./noise.ts";

export type Outcome =
  | {
      readonly status: "scored";
      readonly fitness: number;
      readonly scores: readonly number[];
      readonly feedback: readonly string[];
      /** Of a noisy task's score: how often it was measured, and the standard error of its mean. */
      readonly samples?: number;
      readonly error?: number;
    }
  /** Lost the race: `fitness` is over the first instances alone and is never compared with others. */
  | { readonly status: "dropped"; readonly fitness: number }
  | { readonly status: "failed"; readonly kind: string; readonly reason: string };

export interface Contender {
  readonly source: string;
  /** Absent: no race, all instances are run. */
  readonly rivals: Rivals | undefined;
  /** A fitness from which on it is run again: measured in a noisy task, else in another order. */
  readonly bar?: number;
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

  /** The first instances are scored already: an artefact is not looked at twice. */
  const whole = (headScores: readonly number[], tail: readonly Execution[]): Evaluation => {
    const rest: Evaluation =
      tails.length === 0
        ? { status: "scored", scores: [], fitness: 0 }
        : evaluator.evaluate(task, tails, tail);
    if (rest.status === "failed") return { ...rest, at: rest.at + heads.length };
    const scores = [...headScores, ...rest.scores];
    const fitness = reduceScores(task, scores, instances);
    if (Number.isFinite(fitness)) return { status: "scored", scores, fitness };
    return { status: "failed", kind: "invalid", reason: `the fitness is ${fitness}`, at: 0 };
  };

  /** Whatever reached its bar enters with its mean. */
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

  /** A program that counts its calls knows the answers by their order: in another one it does not. */
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
      const reason = "called in another order, it gives other answers";
      outcomes[index] = { status: "failed", kind: "invalid", reason };
    }
  };

  return {
    async run(contenders, signal) {
      const first = await execute(
        contenders.map(({ source }) => source),
        headInputs,
        signal,
      );
      const headScores: (readonly number[])[] = [];
      const outcomes: (Outcome | undefined)[] = contenders.map(({ rivals }, index) => {
        const evaluation = evaluator.evaluate(task, heads, first[index] ?? []);
        if (evaluation.status === "failed") return failed(evaluation);
        headScores[index] = evaluation.scores;
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
        const tail = rest[place] ?? [];
        const evaluation = whole(headScores[index] ?? [], tail);
        if (evaluation.status === "failed") {
          outcomes[index] = failed(evaluation);
          continue;
        }
        const { fitness, scores } = evaluation;
        // An artefact says nothing case by case that a prompt could use.
        const feedback =
          task.harness === undefined
            ? evaluator.feedback(task, instances, [...(first[index] ?? []), ...tail])
            : [];
        outcomes[index] = { status: "scored", fitness, scores, feedback };
      }
      const again = task.noisy === true ? remeasure : confirm;
      await again(elite(contenders, outcomes as Outcome[]), outcomes as Outcome[], signal);
      return outcomes as readonly Outcome[];
    },
  };
}

interface Elite {
  readonly source: string;
  readonly index: number;
  readonly outcome: Outcome & { readonly status: "scored" };
}

/** What has a bar, and reached it. */
function elite(contenders: readonly Contender[], outcomes: readonly Outcome[]): readonly Elite[] {
  return contenders.flatMap(({ source, bar }, index) => {
    const outcome = outcomes[index];
    const reached = bar !== undefined && outcome?.status === "scored" && outcome.fitness >= bar;
    return reached ? [{ source, index, outcome }] : [];
  });
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
  const uses = task.uses === undefined ? {} : { uses: task.uses };
  return { language: task.language ?? "typescript", source, entry: task.kernel.entry, ...uses };
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
function reduceScores(
  task: Task,
  scores: readonly number[],
  instances: readonly TaskInstance[],
): number {
  if (task.reduce !== undefined) return task.reduce(scores, instances);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
