/**
 * Seeded streams of items for online bin packing, of the two published kinds: the uniform integers of
 * OR-Library (Falkenauer's u-classes) and the Weibull sizes of FunSearch's notebook.
 *
 * Takes a kind, sizes and a random stream; gives instances in a fixed order.
 */
import type { Random } from "../../src/index.ts";

/** One stream: items in order of arrival, each above 0 and at most `capacity`. */
export interface PackingInstance {
  readonly name: string;
  readonly capacity: number;
  readonly items: readonly number[];
}

/** The distribution of items. */
export interface ItemKind {
  readonly name: string;
  readonly capacity: number;
  /** Smallest and largest possible size. */
  readonly range: readonly [low: number, high: number];
  draw(random: Random): number;
}

/** Uniform integers 20..100, capacity 150. Source: Falkenauer 1996; OR-Library, binpack1-4. */
export const uniformKind: ItemKind = {
  name: "uniform",
  capacity: 150,
  range: [20, 100],
  draw: (random) => 20 + random.integer(81),
};

/**
 * round(clip(45 w, 1, 100)) with w of the Weibull distribution of shape 3, capacity 100.
 * Source: Romera-Paredes et al., Nature 625 (2024), Methods, "Bin packing" (after Castineiras et al.).
 */
export const weibullKind: ItemKind = {
  name: "weibull",
  capacity: 100,
  range: [1, 100],
  draw: (random) => {
    // The inverse of the distribution function; 1 - next() is in (0, 1], so the logarithm is finite.
    const size = 45 * (-Math.log(1 - random.next())) ** (1 / 3);
    return Math.round(Math.min(100, Math.max(1, size)));
  },
};

/** The number of streams, and of the items of each. */
export interface StreamSize {
  readonly streams: number;
  readonly items: number;
}

/**
 * @param sizes Instances are taken from each size in turn, so that every prefix is a fair sample.
 * @param random Each instance uses a separate fork: it does not depend on the others.
 */
export function generateInstances(
  kind: ItemKind,
  sizes: readonly StreamSize[],
  random: Random,
): PackingInstance[] {
  const rounds = Math.max(0, ...sizes.map((size) => size.streams));
  const instances: PackingInstance[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const { streams, items } of sizes) {
      if (round >= streams) continue;
      const name = `${kind.name}-${items}-${round}`;
      const stream = random.fork(name);
      instances.push({
        name,
        capacity: kind.capacity,
        items: Array.from({ length: items }, () => kind.draw(stream)),
      });
    }
  }
  return instances;
}
