/**
 * Survivors: the programs that fit every training case. A search does not end with the first of them.
 * The shortest ones are made shorter, as long as a part of the program fits as well as the whole, and
 * rivals are looked for: programs that differ from the shortest one in one comparison, constant,
 * function or class of characters and fit as well.
 *
 * Takes the fitting programs of a run; gives them with the found ones, shortest description first.
 * Programs that a model wrote are not made shorter: what no case needs may be there on purpose.
 */
import type { Json } from "../../core/json.ts";
import type { TaskInstance } from "../../core/task.ts";
import type { Parent } from "../generators/generator.ts";
import { descriptionLength } from "../syntax/description-length.ts";
import { rivalPrograms, simplerPrograms } from "../syntax/near.ts";
import { evaluateAll } from "./cascade.ts";
import { candidateDigest } from "./digest.ts";
import type { EvolvePorts } from "./run.ts";
import { shortest } from "./shortest.ts";

/** Maximum number of survivors. */
const MAX_SURVIVORS = 32;
/** This many of the shortest fitting programs are made shorter. */
const SIMPLIFIED = 2;
/** Maximum number of programs that are tried at once. */
const MAX_TRIED = 120;
/** Maximum number of times that one program is made shorter. */
const MAX_ROUNDS = 6;

export interface Survivors {
  /** Shortest description first; empty if no program fits, or if no cases decide. */
  readonly programs: readonly Parent[];
  /** Number of programs that were tried in addition to the search's own. */
  readonly tried: number;
}

export async function findSurvivors(
  ports: EvolvePorts,
  fitting: readonly Parent[],
  training: readonly TaskInstance[],
  { seed, simplify }: { readonly seed: number; readonly simplify: boolean },
  signal: AbortSignal,
): Promise<Survivors> {
  const { task, sandbox, evaluator } = ports;
  const { target } = task;
  if (target === undefined || !decidedByCases(task, training)) return { programs: [], tried: 0 };
  const kept = shortest(MAX_SURVIVORS);
  const known = new Set<string>();
  for (const program of fitting) {
    known.add(program.digest);
    kept.add(program);
  }
  let tried = 0;

  /** Those of some sources that are new and fit. */
  const fittingOf = async (sources: readonly string[]): Promise<readonly Parent[]> => {
    const candidates: { readonly source: string; readonly digest: string }[] = [];
    for (const source of sources) {
      if (candidates.length === MAX_TRIED) break;
      const digest = candidateDigest(source, task.kernel);
      if (known.has(digest)) continue;
      known.add(digest);
      candidates.push({ source, digest });
    }
    tried += candidates.length;
    const evaluations = await evaluateAll(
      task,
      training,
      sandbox,
      evaluator,
      candidates.map(({ source }) => source),
      seed,
      signal,
    );
    return candidates.flatMap((candidate, index) => {
      const evaluation = evaluations[index];
      if (evaluation?.status !== "scored" || evaluation.fitness < target) return [];
      return [{ ...candidate, fitness: evaluation.fitness, scores: evaluation.scores }];
    });
  };

  for (const start of simplify ? kept.programs.slice(0, SIMPLIFIED) : []) {
    let current: Parent | undefined = start;
    for (let round = 0; round < MAX_ROUNDS && current !== undefined; round++) {
      const found = await fittingOf(byLength(simplerPrograms(current.source), current));
      for (const program of found) kept.add(program);
      current = found[0];
    }
  }
  const [best] = kept.programs;
  if (best !== undefined) {
    const rivals = rivalPrograms(best.source, numbersIn(training));
    for (const program of await fittingOf(rivals)) kept.add(program);
  }
  return { programs: kept.programs, tried };
}

/** Whether right and wrong are told by expected results, and not measured. */
function decidedByCases(
  { harness, noisy }: EvolvePorts["task"],
  instances: readonly TaskInstance[],
): boolean {
  return (
    harness === undefined &&
    noisy !== true &&
    instances.length > 0 &&
    instances.every(({ expected }) => expected !== undefined)
  );
}

/** The sources that are shorter than a program, shortest first. */
function byLength(sources: readonly string[], { source: longest }: Parent): readonly string[] {
  const most = descriptionLength(longest);
  return sources
    .map((source) => ({ source, bits: descriptionLength(source) }))
    .filter(({ bits }) => bits < most)
    .sort((a, b) => a.bits - b.bits)
    .map(({ source }) => source);
}

/** The numbers in the inputs, each once. */
function numbersIn(instances: readonly TaskInstance[]): readonly number[] {
  const found = new Set<number>();
  const visit = (value: Json): void => {
    if (typeof value === "number") found.add(value);
    else if (value !== null && typeof value === "object") Object.values(value).forEach(visit);
  };
  for (const { input } of instances) input.forEach(visit);
  return [...found];
}
