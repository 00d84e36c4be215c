/**
 * The programs database of FunSearch (Romera-Paredes et al., Nature 625, 2024, Methods), with what
 * its release left open decided:
 *
 * - Only programs that scored on every instance are registered.
 * - The choice of clusters is by rank, hence free of the scores' scale (select.ts).
 * - Resets count registrations, not hours: a run can be replayed.
 * - An island carries an epoch: what was asked for before a reset and arrives after it is dropped.
 * - Parents are drawn without replacement.
 */
import type { Random } from "../../core/random.ts";
import type { Parent, Place } from "../generators/generator.ts";
import { Island, type IslandOptions } from "./island.ts";
import type { IslandReset, Registration, Selection, Strategy } from "./strategy.ts";

export interface DatabaseOptions extends Partial<IslandOptions> {
  /** At least 1. The publication has 10; a cheap generator does as well with 4. */
  readonly islands?: number;
  /** Registrations, over all islands, between two resets of the weaker half. */
  readonly resetEvery?: number;
}

export function programsDatabase({
  islands: count = 4,
  resetEvery = 20_000,
  temperature = 0.25,
  temperaturePeriod = 30_000,
  active = 100,
}: DatabaseOptions = {}): Strategy {
  const islands = Array.from(
    { length: count },
    () => new Island({ temperature, temperaturePeriod, active }),
  );
  const signatures = new Map<string, string>();
  let best: Parent | undefined;
  let sinceReset = 0;

  const remember = (program: Parent, signature: string): void => {
    if (best !== undefined && program.fitness <= best.fitness) return;
    best = program;
    signatures.set(program.digest, signature);
  };

  return {
    name: "funsearch",
    found(program, signature) {
      remember(program, signature);
      signatures.set(program.digest, signature);
      for (const island of islands) island.register(program, signature);
    },
    select(wanted, random): Selection {
      const island = random.integer(islands.length);
      const home = islands[island] as Island;
      return { place: { island, epoch: home.epoch }, parents: home.choose(wanted, random) };
    },
    register(program, signature, place): Registration {
      remember(program, signature);
      const home = islands[place.island] as Island;
      if (home.epoch !== place.epoch) return { status: "late" };
      sinceReset++;
      const newCluster = home.register(program, signature);
      if (home.best?.digest === program.digest) signatures.set(program.digest, signature);
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
    elite(wanted) {
      return mergeElites(islands, best, wanted);
    },
    rivals(place: Place) {
      return islands[place.island]?.rivals;
    },
    describe() {
      return islands.map((island) => ({ best: island.best?.fitness, clusters: island.clusters }));
    },
  };
}

/** The lower half by best fitness (ties broken by a draw) is refounded from the upper half. */
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
  wanted: number,
): readonly Parent[] {
  const merged = new Map<string, Parent>();
  if (best !== undefined) merged.set(best.digest, best);
  for (const island of islands) {
    for (const program of island.elite(wanted)) merged.set(program.digest, program);
  }
  return [...merged.values()].sort((a, b) => b.fitness - a.fitness).slice(0, wanted);
}
