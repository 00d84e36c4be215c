/**
 * The strategies by name, and the plain baselines that every honest comparison shows beside the
 * programs database: independent samples, a single line of descent, and blind choice.
 */
import { InputError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import type { Parent, Place } from "../generators/generator.ts";
import { programsDatabase } from "./database.ts";
import { mapElites } from "./map-elites.ts";
import type { Strategy } from "./strategy.ts";

const HERE: Place = { island: 0, epoch: 0 };
/** How many of the registered programs a plain strategy can still choose from. */
const KEPT = 10_000;

export const STRATEGIES = {
  funsearch: () => programsDatabase(),
  "map-elites": () => mapElites(),
  /** Every proposal starts from the seeds: independent samples, the best of them wins. */
  "best-of-n": () =>
    plain("best-of-n", ({ founders }, wanted, random) => few(founders, wanted, random)),
  /** Every proposal starts from the best program so far. */
  sequential: () =>
    plain("sequential", ({ best, founders }) =>
      best === undefined ? founders.slice(0, 1) : [best],
    ),
  /** Every registered program is an equally likely parent. */
  random: () => plain("random", ({ all }, wanted, random) => few(all, wanted, random)),
} as const satisfies Record<string, () => Strategy>;

export type StrategyName = keyof typeof STRATEGIES;

/** @throws InputError UNKNOWN_STRATEGY */
export function strategyByName(name: string): Strategy {
  if (!Object.hasOwn(STRATEGIES, name)) {
    throw new InputError(
      "UNKNOWN_STRATEGY",
      `Expected a strategy of ${Object.keys(STRATEGIES).join(", ")}, got "${name}".`,
    );
  }
  return STRATEGIES[name as StrategyName]();
}

interface Pool {
  readonly founders: Parent[];
  readonly all: Parent[];
  best: Parent | undefined;
}

function plain(
  name: string,
  choose: (pool: Pool, wanted: number, random: Random) => readonly Parent[],
): Strategy {
  const pool: Pool = { founders: [], all: [], best: undefined };
  const bySignature = new Map<string, Parent>();

  const add = (program: Parent, signature: string): boolean => {
    if (pool.best === undefined || program.fitness > pool.best.fitness) pool.best = program;
    if (pool.all.length < KEPT) pool.all.push(program);
    if (bySignature.has(signature)) return false;
    bySignature.set(signature, program);
    return true;
  };

  return {
    name,
    found(program, signature) {
      pool.founders.push(program);
      add(program, signature);
    },
    select(wanted, random) {
      return { place: HERE, parents: choose(pool, wanted, random) };
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
    rivals: () => undefined,
    describe: () => [{ best: pool.best?.fitness, clusters: bySignature.size }],
  };
}

/** Up to `wanted` different programs, worst first. */
function few(programs: readonly Parent[], wanted: number, random: Random): readonly Parent[] {
  if (programs.length <= wanted) return [...programs].sort((a, b) => a.fitness - b.fitness);
  const chosen = new Set<Parent>();
  while (chosen.size < wanted) chosen.add(random.pick(programs));
  return [...chosen].sort((a, b) => a.fitness - b.fitness);
}
