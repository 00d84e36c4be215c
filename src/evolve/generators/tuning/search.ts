/**
 * One CMA-ES search over the numbers of a form. When it stagnates, it restarts from the next starting
 * point with twice the samples (IPOP: Auger and Hansen, CEC 2005).
 *
 * Several batches may be pending: samples are stored by tag until their results arrive. The ranking of
 * results: scored and duplicate ones by fitness, then dropped ones by their fitness in the race, then
 * failures.
 */
import { present } from "../../../core/present.ts";
import type { Random } from "../../../core/random.ts";
import type { ProposalResult } from "../generator.ts";
import { type CmaEs, cmaEs } from "./cma-es.ts";

/** A library form, or a program whose literals are tuned. */
export interface Tunable {
  readonly name: string;
  readonly starts: readonly (readonly number[])[];
  readonly sigma: number;
  /** Scale per coordinate; default 1. */
  readonly scales?: readonly number[];
  readonly parents: readonly string[];
  render(x: ArrayLike<number>): string;
}

export interface Search {
  readonly id: string;
  readonly tunable: Tunable;
  /** Best fitness of its scored samples. */
  readonly best: number;
  /** Samples without a result so far. */
  readonly pending: number;
  readonly lambda: number;
  readonly restarts: number;
  /** Number of results so far. */
  readonly results: number;
  sample(random: Random): { readonly source: string; readonly tag: string };
  learn(result: ProposalResult): void;
}

interface Result {
  readonly x: Float64Array;
  readonly rank: number;
  readonly fitness: number;
}

/** The search restarts when the spread is below this multiple of the initial step size. */
const MIN_SPREAD = 1e-3;
const MAX_DOUBLINGS = 5;

export interface SearchOptions {
  /** Index of the first starting point. */
  readonly firstStart?: number;
  /** Samples per generation relative to the default of CMA-ES. */
  readonly lambdaFactor?: number;
}

export function tuningSearch(
  id: string,
  tunable: Tunable,
  { firstStart = 0, lambdaFactor = 1 }: SearchOptions = {},
): Search {
  const samples = new Map<string, Float64Array>();
  let generation: Result[] = [];
  let restarts = 0;
  let drawn = 0;
  let results = 0;
  let best = Number.NEGATIVE_INFINITY;
  let bestSinceRestart = Number.NEGATIVE_INFINITY;
  let sinceImprovement = 0;
  let cma: CmaEs = startCma();

  function startCma(): CmaEs {
    const mean = tunable.starts[(firstStart + restarts) % tunable.starts.length] ?? [];
    const base = Math.ceil(lambdaFactor * (4 + Math.floor(3 * Math.log(mean.length))));
    const { scales } = tunable;
    return cmaEs({
      mean,
      sigma: tunable.sigma,
      lambda: base * 2 ** Math.min(restarts, MAX_DOUBLINGS),
      ...present({ scales }),
    });
  }

  const restart = (): void => {
    restarts++;
    cma = startCma();
    bestSinceRestart = Number.NEGATIVE_INFINITY;
    sinceImprovement = 0;
    generation = [];
    // Late results from before the restart belong to another distribution: ignore them.
    samples.clear();
  };

  return {
    id,
    tunable,
    get best() {
      return best;
    },
    get pending() {
      return samples.size;
    },
    get lambda() {
      return cma.lambda;
    },
    get restarts() {
      return restarts;
    },
    get results() {
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
      generation.push({ x, rank, fitness: fitness ?? Number.NEGATIVE_INFINITY });
      results++;
      sinceImprovement++;
      if (rank === 0 && fitness !== undefined) {
        best = Math.max(best, fitness);
        if (fitness > bestSinceRestart) {
          bestSinceRestart = fitness;
          sinceImprovement = 0;
        }
      }
      if (generation.length < cma.lambda) return;
      const ranked = generation.toSorted((a, b) => a.rank - b.rank || b.fitness - a.fitness);
      generation = [];
      cma.tell(ranked.map((each) => each.x));
      // Hansen's rule: the limit is proportional to the samples per generation and grows with the dimension.
      const patience = cma.lambda * (20 + cma.dimension / 2);
      const isNarrow = cma.spread < MIN_SPREAD * tunable.sigma;
      if (isNarrow || sinceImprovement > patience || !(cma.spread < 1e12)) restart();
    },
  };
}
