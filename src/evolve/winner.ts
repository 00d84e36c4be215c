/**
 * The end of a run: the finalists meet on the validation split, which the search has not seen; the
 * best of them is scored on the sealed split, which nothing has seen, beside the seeds.
 *
 * Training scores go on falling long after validation stalls; the program that is best by training
 * is often not the one to keep.
 */
import type { Json } from "../core/json.ts";
import type { Evaluation } from "../core/ports.ts";
import type { TaskInstance } from "../core/task.ts";
import { evaluateAll } from "./cascade.ts";
import type { Parent } from "./generator.ts";
import type { EvolvePorts, SealedResult, Winner } from "./run.ts";

/** @param finalists Best by training first; ties in validation go to the earlier, then the shorter. */
export async function crown(
  ports: EvolvePorts,
  finalists: readonly Parent[],
  seed: number,
  signal: AbortSignal,
): Promise<Winner | undefined> {
  if (finalists.length === 0) return undefined;
  const { task } = ports;
  const { program, validation } = await choose(ports, finalists, seed, signal);

  const sealed = task.instances("sealed", seed);
  const [own, ...seeds] =
    sealed.length === 0
      ? []
      : await score(ports, sealed, [program.source, ...task.kernel.seeds], seed, signal);
  const results = seeds.map((evaluation) => sealedResult(ports, sealed, evaluation));
  const winner: Winner = {
    program,
    validation,
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
        ...(validation === undefined ? {} : { validation }),
        ...(winner.sealed === undefined ? {} : { score: winner.sealed.fitness }),
        ...(winner.sealed === undefined ? {} : { measures: { ...winner.sealed.measures } as Json }),
        ...(winner.sealedFailure === undefined ? {} : { failure: winner.sealedFailure }),
        ...(winner.floor === undefined ? {} : { floor: winner.floor.fitness }),
        ...(winner.baseline === undefined ? {} : { baseline: winner.baseline.fitness }),
      },
    },
  ]);
  return winner;
}

async function choose(
  ports: EvolvePorts,
  finalists: readonly Parent[],
  seed: number,
  signal: AbortSignal,
): Promise<{ program: Parent; validation: number | undefined }> {
  const instances = ports.task.instances("validation", seed);
  const first = finalists[0] as Parent;
  if (instances.length === 0) {
    // Equal by training: the shortest says it most simply, and is the likeliest to hold elsewhere.
    const equals = finalists.filter(({ fitness }) => fitness === first.fitness);
    const shortest = equals.reduce((a, b) => (b.source.length < a.source.length ? b : a));
    return { program: shortest, validation: undefined };
  }
  const evaluations = await score(
    ports,
    instances,
    finalists.map(({ source }) => source),
    seed,
    signal,
  );
  let best: { program: Parent; validation: number } | undefined;
  for (const [index, evaluation] of evaluations.entries()) {
    const program = finalists[index] as Parent;
    if (evaluation.status === "failed") continue;
    if (best === undefined || evaluation.fitness > best.validation) {
      best = { program, validation: evaluation.fitness };
    }
  }
  await ports.trace(
    evaluations.map((evaluation, index) => ({
      type: "validation-result",
      data: {
        digest: (finalists[index] as Parent).digest,
        ...(evaluation.status === "scored"
          ? { fitness: evaluation.fitness }
          : { failure: `${evaluation.kind}: ${evaluation.reason}` }),
      },
    })),
  );
  return best ?? { program: first, validation: undefined };
}

function score(
  { task, sandbox, evaluator }: EvolvePorts,
  instances: readonly TaskInstance[],
  sources: readonly string[],
  seed: number,
  signal: AbortSignal,
): Promise<readonly Evaluation[]> {
  return evaluateAll(task, instances, sandbox, evaluator, sources, seed, signal);
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
