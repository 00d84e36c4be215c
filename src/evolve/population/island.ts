/**
 * An island: programs that breed among themselves, grouped into clusters by what they do.
 *
 * Programs with the same signature (per-instance scores, quantised) share a cluster. Clusters are
 * kept in order of fitness; choosing parents looks at the best of them alone, so registering and
 * choosing cost the same after a million programs as after a thousand. Signatures are remembered
 * for all of them.
 */
import type { Random } from "../../core/random.ts";
import type { Parent } from "../generators/generator.ts";
import { drawRanks, drawShort } from "./select.ts";
import type { Rivals } from "./strategy.ts";

/** Clusters that can be chosen. At the default spread, rank 1,000 has a weight below e^-40. */
const RANKED = 1_000;
/** Programs kept per cluster: the shortest. */
const PER_CLUSTER = 8;

interface Cluster {
  readonly signature: string;
  readonly fitness: number;
  readonly programs: Parent[];
}

export interface IslandOptions {
  /** Share of the active clusters over which the choice spreads, in (0, 1]. */
  readonly temperature: number;
  /** Registrations after which the temperature has fallen to its floor and starts anew. */
  readonly temperaturePeriod: number;
  /** How many of the best clusters count as active. */
  readonly active: number;
}

export class Island {
  /** Rises with every reset: a program that was asked for before one arrives too late. */
  epoch = 0;
  /** Registrations since the last reset, those that joined a cluster included. */
  registered = 0;
  readonly #options: IslandOptions;
  readonly #bySignature = new Map<string, Cluster | null>();
  readonly #ranked: Cluster[] = [];

  constructor(options: IslandOptions) {
    this.#options = options;
  }

  get best(): Parent | undefined {
    return this.#ranked[0]?.programs[0];
  }

  get clusters(): number {
    return this.#bySignature.size;
  }

  /** The last and the first of the active clusters; undefined while there are fewer. */
  get rivals(): Rivals | undefined {
    const weakest = this.#ranked[this.#options.active - 1]?.programs[0];
    const best = this.best;
    return weakest === undefined || best === undefined ? undefined : { weakest, best };
  }

  /** @returns Whether the program opened a new cluster. */
  register(program: Parent, signature: string): boolean {
    this.registered++;
    const known = this.#bySignature.get(signature);
    if (known === null) return false; // A cluster below the ranked ones: known, not kept.
    if (known !== undefined) {
      join(known, program);
      return false;
    }
    const cluster: Cluster = { signature, fitness: program.fitness, programs: [program] };
    const at = position(this.#ranked, program.fitness);
    if (at >= RANKED) {
      this.#bySignature.set(signature, null);
      return true;
    }
    this.#ranked.splice(at, 0, cluster);
    this.#bySignature.set(signature, cluster);
    const fallen = this.#ranked.length > RANKED ? this.#ranked.pop() : undefined;
    if (fallen !== undefined) this.#bySignature.set(fallen.signature, null);
    return true;
  }

  /** Up to `wanted` programs of different clusters, worst first, as a best-shot prompt shows them. */
  choose(wanted: number, random: Random): readonly Parent[] {
    const { temperature, temperaturePeriod, active } = this.#options;
    const cooled = 1 - (this.registered % temperaturePeriod) / temperaturePeriod;
    const count = this.#ranked.length;
    const spread = Math.max(0.5, temperature * (0.2 + 0.8 * cooled) * Math.min(count, active));
    return drawRanks(wanted, count, spread, random)
      .map((rank) => this.#ranked[rank])
      .filter((cluster) => cluster !== undefined)
      .map((cluster) => {
        const lengths = cluster.programs.map((program) => program.source.length);
        return cluster.programs[drawShort(lengths, random)] as Parent;
      })
      .reverse();
  }

  /** The best programs of the best clusters, best first. */
  elite(count: number): readonly Parent[] {
    return this.#ranked.slice(0, count).map((cluster) => cluster.programs[0] as Parent);
  }

  reset(founder: Parent, signature: string): void {
    this.epoch++;
    this.registered = 0;
    this.#bySignature.clear();
    this.#ranked.length = 0;
    this.register(founder, signature);
  }
}

/** Keeps the shortest programs, shortest first; equal lengths stay in order of arrival. */
function join(cluster: Cluster, program: Parent): void {
  const { programs } = cluster;
  if (programs.some((other) => other.digest === program.digest)) return;
  const at = programs.findIndex((other) => program.source.length < other.source.length);
  if (at !== -1) programs.splice(at, 0, program);
  else if (programs.length < PER_CLUSTER) programs.push(program);
  if (programs.length > PER_CLUSTER) programs.pop();
}

/** Where a fitness belongs in a descending order: behind its equals, so that the older leads. */
function position(ranked: readonly Cluster[], fitness: number): number {
  let low = 0;
  let high = ranked.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranked[middle] as Cluster).fitness >= fitness) low = middle + 1;
    else high = middle;
  }
  return low;
}
