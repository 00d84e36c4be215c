/**
 * Chooses among the finalists of a run by the validation split, which the search has not seen.
 *
 * Training scores improve long after validation scores stop improving; the best program by training
 * is often not the best one. If scores are measured, the best finalists are measured again, often
 * enough that noise does not decide.
 */
import type { Evaluation } from "../../core/ports.ts";
import type { TaskInstance } from "../../core/task.ts";
import type { Parent } from "../generators/generator.ts";
import { evaluateAll } from "./cascade.ts";
import { average, ELITE_RANK, FINAL_SAMPLES } from "./noise.ts";
import type { Recorded, Validation } from "./recorded.ts";
import type { EvolvePorts, MeasuredFitness } from "./run.ts";
import { shortest } from "./shortest.ts";

export interface Choice {
  readonly program: Parent;
  /** Undefined if the task has no validation instances. */
  readonly validation: number | undefined;
  /** Undefined if scores are not measured. */
  readonly measured: MeasuredFitness | undefined;
}

/** @param finalists At least one, best by training first. */
export async function choose(
  ports: EvolvePorts,
  finalists: readonly Parent[],
  seed: number,
  recorded: Recorded | undefined,
  signal: AbortSignal,
): Promise<Choice> {
  const { task } = ports;
  const unseen = task.instances("validation", seed);
  const noisy = task.noisy === true;
  if (unseen.length === 0 && !noisy) return byTraining(finalists);

  const instances = unseen.length === 0 ? task.instances("train", seed) : unseen;
  const known = finalists.map(({ digest }) => recorded?.validation(digest));
  const results = known.every((result) => result !== undefined)
    ? known
    : await measure(ports, instances, finalists, seed, signal);
  await ports.trace(results.map((data) => ({ type: "validation-result", data })));

  let best: { readonly at: number; readonly bound: number } | undefined;
  for (const [at, { fitness, error = 0, samples }] of results.entries()) {
    // A single measurement of a noisy score does not count.
    if (fitness === undefined || (noisy && samples === undefined)) continue;
    const bound = fitness - error;
    if (best === undefined || bound > best.bound) best = { at, bound };
  }
  if (best === undefined) return byTraining(finalists);
  const { fitness = Number.NaN, error = 0, samples } = results[best.at] as Validation;
  return {
    program: finalists[best.at] as Parent,
    validation: unseen.length === 0 ? undefined : fitness,
    measured: samples === undefined ? undefined : { fitness, error, samples },
  };
}

/** Of equal training fitness, the program with the shortest description is the most likely to generalise. */
function byTraining(finalists: readonly Parent[]): Choice {
  const [first] = finalists as readonly [Parent, ...Parent[]];
  const equals = finalists.filter(({ fitness }) => fitness === first.fitness);
  const kept = shortest(1);
  for (const program of equals) kept.add(program);
  return { program: kept.programs[0] ?? first, validation: undefined, measured: undefined };
}

/** Evaluates all once. If scores are measured, the best are measured again, and only those count. */
async function measure(
  { task, sandbox, evaluator }: EvolvePorts,
  instances: readonly TaskInstance[],
  finalists: readonly Parent[],
  seed: number,
  signal: AbortSignal,
): Promise<readonly Validation[]> {
  const score = (programs: readonly Parent[], offset: number): Promise<readonly Evaluation[]> => {
    const sources = programs.map(({ source }) => source);
    return evaluateAll(task, instances, sandbox, evaluator, sources, seed + offset, signal);
  };
  const results = (await score(finalists, 0)).map(
    (evaluation, at): Validation => ({
      digest: (finalists[at] as Parent).digest,
      ...(evaluation.status === "scored" ? { fitness: evaluation.fitness } : failure(evaluation)),
    }),
  );
  if (task.noisy !== true) return results;

  const elite = [...results.entries()]
    .filter(([, { fitness }]) => fitness !== undefined)
    .sort(([, a], [, b]) => (b.fitness ?? 0) - (a.fitness ?? 0))
    .slice(0, ELITE_RANK)
    .map(([at]) => at);
  const rounds: (readonly Evaluation[])[] = [];
  for (let sample = 1; sample <= FINAL_SAMPLES; sample++) {
    rounds.push(
      await score(
        elite.map((at) => finalists[at] as Parent),
        sample,
      ),
    );
  }
  for (const [place, at] of elite.entries()) {
    const measured = average(rounds.map((round) => round[place] as Evaluation));
    const { digest } = finalists[at] as Parent;
    results[at] =
      "status" in measured
        ? { digest, ...failure(measured) }
        : {
            digest,
            fitness: measured.fitness,
            error: measured.error,
            samples: measured.samples,
          };
  }
  return results;
}

function failure({ kind, reason }: Evaluation & { status: "failed" }): {
  readonly failure: string;
} {
  return { failure: `${kind}: ${reason}` };
}
