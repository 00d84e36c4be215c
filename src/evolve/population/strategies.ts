/**
 * The strategies by name, and the baselines to compare the programs database with: independent
 * samples, sequential improvement of the best program, and random choice of parents.
 */
import { InputError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import type { Parent, Place } from "../generators/generator.ts";
import { programsDatabase } from "./database.ts";
import { mapElites } from "./map-elites.ts";
import type { Strategy } from "./strategy.ts";

const SINGLE_PLACE: Place = { island: 0, epoch: 0 };
/** A baseline chooses from at most this many registered programs. */
const MAX_PROGRAMS = 10_000;

export const STRATEGIES = {
  funsearch: () => programsDatabase(),
  "map-elites": () => mapElites(),
  /** Every proposal starts from the seeds: independent samples, the best of them wins. */
  "best-of-n": () =>
    baseline("best-of-n", ({ seeds }, count, random) => sample(seeds, count, random)),
  /** Every proposal starts from the best program so far. */
  sequential: () =>
    baseline("sequential", ({ best, seeds }) => (best === undefined ? seeds.slice(0, 1) : [best])),
  /** Every registered program is an equally likely parent. */
  random: () => baseline("random", ({ all }, count, random) => sample(all, count, random)),
} as const satisfies Record<string, () => Strategy>;

export type StrategyName = keyof typeof STRATEGIES;

/** @throws InputError UNKNOWN_STRATEGY */
export function strategyByName(name: string): Strategy {
  if (!Object.hasOwn(STRATEGIES, name)) {
    throw new InputError(
      "UNKNOWN_STRATEGY",
      `Expected one of the strategies ${Object.keys(STRATEGIES).join(", ")}, got "${name}".`,
    );
  }
  return STRATEGIES[name as StrategyName]();
}

interface Pool {
  readonly seeds: Parent[];
  readonly all: Parent[];
  best: Parent | undefined;
}

function baseline(
  name: string,
  choose: (pool: Pool, count: number, random: Random) => readonly Parent[],
): Strategy {
  const pool: Pool = { seeds: [], all: [], best: undefined };
  const bySignature = new Map<string, Parent>();

  const add = (program: Parent, signature: string): boolean => {
    if (pool.best === undefined || program.fitness > pool.best.fitness) pool.best = program;
    if (pool.all.length < MAX_PROGRAMS) pool.all.push(program);
    if (bySignature.has(signature)) return false;
    bySignature.set(signature, program);
    return true;
  };

  return {
    name,
    registerSeed(program, signature) {
      pool.seeds.push(program);
      add(program, signature);
    },
    select(count, random) {
      return { place: SINGLE_PLACE, parents: choose(pool, count, random) };
    },
    register(program, signature) {
      return { status: "registered", newCluster: add(program, signature) };
    },
    maintain: () => [],
    get best() {
      return pool.best;
    },
    elite(count) {
      return [...bySignature.values()].sort((a, b) => b.fitness - a.fitness).slice(0, count);
    },
    parentRange: () => undefined,
    describe: () => [{ best: pool.best?.fitness, clusters: bySignature.size }],
  };
}

/** Up to `count` different programs, worst first. */
function sample(programs: readonly Parent[], count: number, random: Random): readonly Parent[] {
  if (programs.length <= count) return [...programs].sort((a, b) => a.fitness - b.fitness);
  const chosen = new Set<Parent>();
  while (chosen.size < count) chosen.add(random.pick(programs));
  return [...chosen].sort((a, b) => a.fitness - b.fitness);
}
