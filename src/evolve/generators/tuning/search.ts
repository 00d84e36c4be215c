/**
 * One CMA-ES search over the numbers of a form, restarted when it stands still, each time with
 * twice the samples (IPOP: Auger and Hansen, CEC 2005) from the next starting point.
 *
 * Several batches may be under way: samples are kept by name until their result comes. Results
 * rank as scored and repeated by fitness, then dropped ones by their fitness in the race, then
 * failures.
 */
import type { Random } from "../../../core/random.ts";
import type { ProposalResult } from "../generator.ts";
import { type CmaEs, cmaEs } from "./cma-es.ts";

/** What is tuned: a form of the library, or the literals of a program. */
export interface Tunable {
  readonly name: string;
  readonly starts: readonly (readonly number[])[];
  readonly sigma: number;
  /** Own scale per coordinate; default 1. */
  readonly scales?: readonly number[];
  readonly parents: readonly string[];
  render(x: ArrayLike<number>): string;
}

export interface Search {
  readonly id: string;
  readonly tunable: Tunable;
  /** Best fitness of its scored samples. */
  readonly best: number;
  /** Samples whose result is not known yet. */
  readonly waiting: number;
  readonly lambda: number;
  /** Restarts so far. */
  readonly restarts: number;
  /** Results learnt so far. */
  readonly told: number;
  sample(random: Random): { readonly source: string; readonly tag: string };
  learn(result: ProposalResult): void;
}

interface Told {
  readonly x: Float64Array;
  readonly rank: number;
  readonly fitness: number;
}

/** Descents end when the distribution is this narrow against its first step. */
const NARROW = 1e-3;
const MOST_DOUBLINGS = 5;

export interface SearchOptions {
  /** Which of the starting points comes first. */
  readonly firstStart?: number;
  /** Samples per generation against CMA-ES's own default. */
  readonly lambdaFactor?: number;
}

export function tuningSearch(
  id: string,
  tunable: Tunable,
  { firstStart = 0, lambdaFactor = 1 }: SearchOptions = {},
): Search {
  const samples = new Map<string, Float64Array>();
  let told: Told[] = [];
  let restarts = 0;
  let drawn = 0;
  let results = 0;
  let best = Number.NEGATIVE_INFINITY;
  let descentBest = Number.NEGATIVE_INFINITY;
  let stale = 0;
  let cma: CmaEs = descend();

  function descend(): CmaEs {
    const mean = tunable.starts[(firstStart + restarts) % tunable.starts.length] ?? [];
    const base = Math.ceil(lambdaFactor * (4 + Math.floor(3 * Math.log(mean.length))));
    const { scales } = tunable;
    return cmaEs({
      mean,
      sigma: tunable.sigma,
      lambda: base * 2 ** Math.min(restarts, MOST_DOUBLINGS),
      ...(scales === undefined ? {} : { scales }),
    });
  }

  const restart = (): void => {
    restarts++;
    cma = descend();
    descentBest = Number.NEGATIVE_INFINITY;
    stale = 0;
    told = [];
    // Late results of the old descent are from another place: they are not told to the new one.
    samples.clear();
  };

  return {
    id,
    tunable,
    get best() {
      return best;
    },
    get waiting() {
      return samples.size;
    },
    get lambda() {
      return cma.lambda;
    },
    get restarts() {
      return restarts;
    },
    get told() {
      return results;
    },
    sample(random) {
      const x = cma.ask(random);
      const tag = `${id}:${drawn++}`;
      samples.set(tag, x);
      return { source: tunable.render(x), tag };
    },
    learn({ proposal, status, fitness }) {
      const x = samples.get(proposal.tag ?? "");
      if (x === undefined) return;
      samples.delete(proposal.tag ?? "");
      const known = fitness !== undefined && Number.isFinite(fitness);
      const rank = !known || status === "failed" ? 2 : status === "dropped" ? 1 : 0;
      told.push({ x, rank, fitness: fitness ?? Number.NEGATIVE_INFINITY });
      results++;
      stale++;
      if (rank === 0 && fitness !== undefined) {
        best = Math.max(best, fitness);
        if (fitness > descentBest) {
          descentBest = fitness;
          stale = 0;
        }
      }
      if (told.length < cma.lambda) return;
      const ranked = told.toSorted((a, b) => a.rank - b.rank || b.fitness - a.fitness);
      told = [];
      cma.tell(ranked.map((each) => each.x));
      // Patience grows with the generation and the dimension, as in Hansen's rule.
      const patience = cma.lambda * (20 + cma.dimension / 2);
      if (cma.spread < NARROW * tunable.sigma || stale > patience || !(cma.spread < 1e12))
        restart();
    },
  };
}
