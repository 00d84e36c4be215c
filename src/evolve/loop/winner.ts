/**
 * The end of a run: the best finalist and the seeds are scored on the sealed split, which the search
 * has not seen. Where cases decide, the winner is the shortest survivor that passes the sealed cases as
 * well: what this choice costs is counted with the evidence (toolstore/evidence).
 */
import type { Evaluation } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import type { TaskInstance } from "../../core/task.ts";
import type { Parent } from "../generators/generator.ts";
import type { Searched } from "../generators/searched.ts";
import { evaluateAll } from "./cascade.ts";
import { chancesOf } from "./chances.ts";
import { choose } from "./finals.ts";
import type { Recorded } from "./recorded.ts";
import type { EvolvePorts, SealedResult, Winner } from "./run.ts";

export interface Contenders {
  /** Best by training first; ties in validation go to the earlier one. */
  readonly finalists: readonly Parent[];
  /** Programs that fit every training case, shortest description first. */
  readonly survivors: readonly Parent[];
  /** What the search went through: it says how much of a case is chance. */
  readonly pools: readonly Searched[];
}

/**
 * @param recorded Recorded validation results are not computed again.
 */
export async function pickWinner(
  ports: EvolvePorts,
  { finalists, survivors, pools }: Contenders,
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
  const scored = await score([...contenders.map(({ source }) => source), ...task.kernel.seeds]);
  const right = scored.slice(0, contenders.length).findIndex(isRight(task.target));
  const at = Math.max(0, right);
  const program = contenders[at] as Parent;
  const own = scored[at];
  const seeds = scored.slice(contenders.length);
  const chances = survivors.length > 0 ? await chancesOf(ports, pools, seed, signal) : undefined;
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

function sealedResult(
  { task }: EvolvePorts,
  instances: readonly TaskInstance[],
  evaluation: Evaluation | undefined,
): SealedResult | undefined {
  if (evaluation?.status !== "scored") return undefined;
  const { scores, fitness } = evaluation;
  return { fitness, scores, measures: task.measures?.(scores, instances) ?? {} };
}
