/**
 * The programs database of FunSearch (Romera-Paredes et al., Nature 625, 2024, Methods). Decisions on
 * points that its release leaves open:
 *
 * - Only programs that scored on every instance are registered.
 * - Clusters are chosen by rank, so the scale of scores does not matter (select.ts).
 * - Resets count registrations, not hours: a run can be replayed.
 * - An island has an epoch: a program that was requested before a reset and arrives after it is dropped.
 * - Parents are drawn without replacement.
 */
import type { Random } from "../../core/random.ts";
import type { Parent, Place } from "../generators/generator.ts";
import { Island, type IslandOptions } from "./island.ts";
import type { IslandReset, Registration, Selection, Strategy } from "./strategy.ts";

export interface DatabaseOptions extends Partial<IslandOptions> {
  /** At least 1. The publication uses 10; for a cheap generator 4 are as good. */
  readonly islands?: number;
  /** Registrations, over all islands, between two resets of the weaker half. */
  readonly resetEvery?: number;
}

export function programsDatabase({
  islands: islandCount = 4,
  resetEvery = 20_000,
  temperature = 0.25,
  temperaturePeriod = 30_000,
  active = 100,
}: DatabaseOptions = {}): Strategy {
  const islands = Array.from(
    { length: islandCount },
    () => new Island({ temperature, temperaturePeriod, active }),
  );
  const signatures = new Map<string, string>();
  let best: Parent | undefined;
  let sinceReset = 0;

  const updateBest = (program: Parent, signature: string): void => {
    if (best !== undefined && program.fitness <= best.fitness) return;
    best = program;
    signatures.set(program.digest, signature);
  };

  return {
    name: "funsearch",
    registerSeed(program, signature) {
      updateBest(program, signature);
      signatures.set(program.digest, signature);
      for (const island of islands) island.register(program, signature);
    },
    select(count, random): Selection {
      const index = random.integer(islands.length);
      const island = islands[index] as Island;
      return {
        place: { island: index, epoch: island.epoch },
        parents: island.choose(count, random),
      };
    },
    register(program, signature, place): Registration {
      updateBest(program, signature);
      const island = islands[place.island] as Island;
      if (island.epoch !== place.epoch) return { status: "late" };
      sinceReset++;
      const newCluster = island.register(program, signature);
      if (island.best?.digest === program.digest) signatures.set(program.digest, signature);
      return { status: "registered", newCluster };
    },
    maintain(random): readonly IslandReset[] {
      if (sinceReset < resetEvery || islands.length < 2) return [];
      sinceReset = 0;
      return resetWeakerHalf(islands, signatures, random);
    },
    get best() {
      return best;
    },
    elite(count) {
      return mergeElites(islands, best, count);
    },
    parentRange(place: Place) {
      return islands[place.island]?.parentRange;
    },
    describe() {
      return islands.map((island) => ({ best: island.best?.fitness, clusters: island.clusters }));
    },
  };
}

/** Resets the half with the lower best fitness (ties broken at random), with founders from the other half. */
function resetWeakerHalf(
  islands: readonly Island[],
  signatures: ReadonlyMap<string, string>,
  random: Random,
): readonly IslandReset[] {
  const order = islands
    .map((island, index) => ({
      index,
      fitness: island.best?.fitness ?? Number.NEGATIVE_INFINITY,
      tie: random.next(),
    }))
    .sort((a, b) => a.fitness - b.fitness || a.tie - b.tie)
    .map(({ index }) => index);
  const half = Math.floor(order.length / 2);
  const survivors = order.slice(half);

  const resets: IslandReset[] = [];
  for (const index of order.slice(0, half)) {
    const founder = islands[random.pick(survivors)]?.best;
    const island = islands[index];
    if (founder === undefined || island === undefined) continue;
    island.reset(founder, signatures.get(founder.digest) ?? founder.digest);
    resets.push({ island: index, epoch: island.epoch, founder: founder.digest });
  }
  return resets;
}

function mergeElites(
  islands: readonly Island[],
  best: Parent | undefined,
  count: number,
): readonly Parent[] {
  const merged = new Map<string, Parent>();
  if (best !== undefined) merged.set(best.digest, best);
  for (const island of islands) {
    for (const program of island.elite(count)) merged.set(program.digest, program);
  }
  return [...merged.values()].sort((a, b) => b.fitness - a.fitness).slice(0, count);
}
