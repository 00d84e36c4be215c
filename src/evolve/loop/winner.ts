/**
 * The end of a run: the best finalist and the seeds are scored on the sealed split, which the search
 * has not seen.
 */
import type { Evaluation } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import type { TaskInstance } from "../../core/task.ts";
import type { Parent } from "../generators/generator.ts";
import { evaluateAll } from "./cascade.ts";
import { choose } from "./finals.ts";
import type { Recorded } from "./recorded.ts";
import type { EvolvePorts, SealedResult, Winner } from "./run.ts";

/**
 * @param finalists Best by training first; ties in validation go to the earlier one.
 * @param recorded Recorded validation results are not computed again.
 */
export async function pickWinner(
  ports: EvolvePorts,
  finalists: readonly Parent[],
  seed: number,
  recorded: Recorded | undefined,
  signal: AbortSignal,
): Promise<Winner | undefined> {
  if (finalists.length === 0) return undefined;
  const { task } = ports;
  const { program, validation, measured } = await choose(ports, finalists, seed, recorded, signal);

  const sealed = task.instances("sealed", seed);
  const [own, ...seeds] =
    sealed.length === 0
      ? []
      : await evaluateAll(
          task,
          sealed,
          ports.sandbox,
          ports.evaluator,
          [program.source, ...task.kernel.seeds],
          seed,
          signal,
        );
  const results = seeds.map((evaluation) => sealedResult(ports, sealed, evaluation));
  const winner: Winner = {
    program,
    validation,
    measured,
    sealed: sealedResult(ports, sealed, own),
    sealedFailure: own?.status === "failed" ? `${own.kind}: ${own.reason}` : undefined,
    floor: results[0],
    baseline: results.reduce(
      (best, result) =>
        (result?.fitness ?? -Infinity) > (best?.fitness ?? -Infinity) ? result : best,
      undefined,
    ),
  };
  await ports.trace([
    {
      type: "held-out-result",
      data: {
        digest: program.digest,
        source: program.source,
        fitness: program.fitness,
        ...present({ validation }),
        ...(measured === undefined ? {} : { measured: { ...measured } }),
        ...(winner.sealed === undefined ? {} : { score: winner.sealed.fitness }),
        ...(winner.sealed === undefined ? {} : { measures: winner.sealed.measures }),
        ...present({ failure: winner.sealedFailure }),
        ...(winner.floor === undefined ? {} : { floor: winner.floor.fitness }),
        ...(winner.baseline === undefined ? {} : { baseline: winner.baseline.fitness }),
      },
    },
  ]);
  return winner;
}

function sealedResult(
  { task }: EvolvePorts,
  instances: readonly TaskInstance[],
  evaluation: Evaluation | undefined,
): SealedResult | undefined {
  if (evaluation?.status !== "scored") return undefined;
  const { scores, fitness } = evaluation;
  return { fitness, scores, measures: task.measures?.(scores, instances) ?? {} };
}
