/**
 * An island: a separate subpopulation, grouped into clusters by behaviour.
 *
 * Programs with the same signature (per-instance scores, quantised) share a cluster. Clusters are
 * sorted by fitness, and parents are chosen only from the best clusters, so that registration and
 * choice cost the same after a million programs as after a thousand. The signatures of all clusters
 * are stored.
 */
import type { Random } from "../../core/random.ts";
import type { Parent } from "../generators/generator.ts";
import { drawByLength, drawRanks } from "./select.ts";
import type { ParentRange } from "./strategy.ts";

/** Clusters that can be chosen. At the default spread, rank 1,000 has a weight below e^-40. */
const MAX_RANKED = 1_000;
/** Programs stored per cluster: the shortest. */
const PER_CLUSTER = 8;

interface Cluster {
  readonly signature: string;
  readonly fitness: number;
  readonly programs: Parent[];
}

export interface IslandOptions {
  /** Share of the active clusters over which the choice spreads, in (0, 1]. */
  readonly temperature: number;
  /** The temperature falls to its minimum during this many registrations, then starts again. */
  readonly temperaturePeriod: number;
  /** Number of best clusters that are active. */
  readonly active: number;
}

export class Island {
  /** Incremented by every reset: programs that were requested in an earlier epoch are late. */
  epoch = 0;
  /** Registrations since the last reset, including those into an existing cluster. */
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

  /** From the last and the first active cluster; undefined while there are fewer clusters. */
  get parentRange(): ParentRange | undefined {
    const weakest = this.#ranked[this.#options.active - 1]?.programs[0];
    const best = this.best;
    return weakest === undefined || best === undefined ? undefined : { weakest, best };
  }

  /** @returns Whether the program opened a new cluster. */
  register(program: Parent, signature: string): boolean {
    this.registered++;
    const known = this.#bySignature.get(signature);
    if (known === null) return false; // A cluster below the ranked ones: only its signature is stored.
    if (known !== undefined) {
      addToCluster(known, program);
      return false;
    }
    const cluster: Cluster = { signature, fitness: program.fitness, programs: [program] };
    const at = position(this.#ranked, program.fitness);
    if (at >= MAX_RANKED) {
      this.#bySignature.set(signature, null);
      return true;
    }
    this.#ranked.splice(at, 0, cluster);
    this.#bySignature.set(signature, cluster);
    const removed = this.#ranked.length > MAX_RANKED ? this.#ranked.pop() : undefined;
    if (removed !== undefined) this.#bySignature.set(removed.signature, null);
    return true;
  }

  /** Up to `count` programs of different clusters, worst first, the order of a best-shot prompt. */
  choose(count: number, random: Random): readonly Parent[] {
    const { temperature, temperaturePeriod, active } = this.#options;
    const cooling = 1 - (this.registered % temperaturePeriod) / temperaturePeriod;
    const ranks = this.#ranked.length;
    const spread = Math.max(0.5, temperature * (0.2 + 0.8 * cooling) * Math.min(ranks, active));
    return drawRanks(count, ranks, spread, random)
      .map((rank) => this.#ranked[rank])
      .filter((cluster) => cluster !== undefined)
      .map((cluster) => {
        const lengths = cluster.programs.map((program) => program.source.length);
        return cluster.programs[drawByLength(lengths, random)] as Parent;
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

/** Stores the shortest programs, shortest first; equal lengths in order of registration. */
function addToCluster(cluster: Cluster, program: Parent): void {
  const { programs } = cluster;
  if (programs.some((other) => other.digest === program.digest)) return;
  const at = programs.findIndex((other) => program.source.length < other.source.length);
  if (at !== -1) programs.splice(at, 0, program);
  else if (programs.length < PER_CLUSTER) programs.push(program);
  if (programs.length > PER_CLUSTER) programs.pop();
}

/** The insertion index of a fitness in descending order: after equal ones, so older clusters are first. */
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
