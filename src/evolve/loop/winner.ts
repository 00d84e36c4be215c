/**
 * The end of a run: the best finalist and the seeds are scored on the sealed split, which the search
 * has not seen. Where cases decide, the winner is the shortest survivor that passes the sealed cases as
 * well: what this choice costs is counted with the evidence (toolstore/evidence).
 */
import type { Evaluation } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import type { TaskInstance } from "../../core/task.ts";
import type { Parent } from "../generators/generator.ts";
import { evaluateAll } from "./cascade.ts";
import { choose } from "./finals.ts";
import type { Recorded } from "./recorded.ts";
import type { EvolvePorts, SealedResult, Winner } from "./run.ts";
import { decidedByCases } from "./survivors.ts";

export interface Contenders {
  /** Best by training first; ties in validation go to the earlier one. */
  readonly finalists: readonly Parent[];
  /** Programs that fit every training case, shortest description first. */
  readonly survivors: readonly Parent[];
  /** Programs of different behaviour, spread over the run: they say how much of a case is chance. */
  readonly sample: readonly Parent[];
}

/**
 * @param recorded Recorded validation results are not computed again.
 */
export async function pickWinner(
  ports: EvolvePorts,
  { finalists, survivors, sample }: Contenders,
  seed: number,
  recorded: Recorded | undefined,
  signal: AbortSignal,
): Promise<Winner | undefined> {
  if (finalists.length === 0) return undefined;
  const { task } = ports;
  const sealed = task.instances("sealed", seed);
  const score = async (programs: readonly string[]): Promise<readonly Evaluation[]> =>
    sealed.length === 0
      ? []
      : evaluateAll(task, sealed, ports.sandbox, ports.evaluator, programs, seed, signal);

  const choice = await choose(ports, [...survivors, ...finalists], seed, recorded, signal);
  const { validation, measured } = choice;
  // With a validation split, the choice is made.
  const contenders =
    validation === undefined && survivors.length > 0 ? survivors : [choice.program];
  const scored = await score(contenders.map(({ source }) => source));
  const at = Math.max(0, scored.findIndex(isRight(task.target)));
  const program = contenders[at] as Parent;
  const own = scored[at];
  const seeds = await score(task.kernel.seeds);
  const chances = decidedByCases(task, [...task.instances("train", seed), ...sealed])
    ? {
        train: shares(sample.map(({ scores }) => scores)),
        sealed: shares(
          (await score(sample.map(({ source }) => source))).map((evaluation) =>
            evaluation.status === "scored" ? evaluation.scores : sealed.map(() => 0),
          ),
        ),
      }
    : undefined;
  const results = seeds.map((evaluation) => sealedResult(ports, sealed, evaluation));
  const winner: Winner = {
    program,
    chances,
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

function isRight(target: number | undefined): (evaluation: Evaluation) => boolean {
  return (evaluation) =>
    evaluation.status === "scored" && target !== undefined && evaluation.fitness >= target;
}

/**
 * The share of rows that have a 1 at each place, with one more right one for what was not seen (so no
 * share is 0).
 */
function shares(rows: readonly (readonly number[])[]): readonly number[] {
  return (rows[0] ?? []).map((_, at) => {
    const right = rows.filter((row) => row[at] === 1).length;
    return (right + 1) / (rows.length + 1);
  });
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
