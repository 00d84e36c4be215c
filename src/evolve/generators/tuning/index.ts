/**
 * Tuning: CMA-ES over the numbers of library curves and grids, and over the literals of good
 * programs. The best arm in the first seconds on numeric tasks.
 *
 * Every form has its own searches. The proposals are shared by the rank of the forms' best fitness:
 * the best form gets most, and the last one still a few; a new form has a trial period.
 */
import type { Random } from "../../../core/random.ts";
import type { Kernel, Task } from "../../../core/task.ts";
import type { Generator, Parent } from "../generator.ts";
import { axesOf } from "./axes.ts";
import { formsOf } from "./forms.ts";
import { literalsOf } from "./literals.ts";
import { type Search, type Tunable, tuningSearch } from "./search.ts";

export interface TuningOptions {
  /** Samples per generation relative to the default of CMA-ES; concurrent batches need more. */
  readonly lambdaFactor?: number;
  /** Curves over one feature or parameter. */
  readonly curves?: boolean;
  /** Grids over two of them. */
  readonly grids?: boolean;
  /** Share of the proposals that tune the literals of good programs, in [0, 1]. */
  readonly literalShare?: number;
}

/** The share of a form decreases by this factor with each rank. */
const RANK_FACTOR = 0.5;
/** Generations of a new form before its rank counts. */
const TRIAL_GENERATIONS = 6;
/** Concurrent searches on one form, each from another starting point. */
const MAX_SEARCHES_PER_FORM = 3;
/** Pending generations of one search: with more, new samples would ignore too many results. */
const MAX_PENDING_GENERATIONS = 3;
/** Tuning of literals ends after this many restarts: then the structure is the limit, not the numbers. */
const LITERAL_RESTARTS = 1;

export function tuningGenerator({
  curves = true,
  grids = true,
  literalShare = 0.1,
  lambdaFactor = 2,
}: TuningOptions = {}): Generator {
  let forms: readonly FormSearches[] | undefined;
  let literals: Search | undefined;
  let created = 0;
  const running = new Map<string, Search>();
  const tuned = new Set<string>();

  const open = (kernel: Kernel): readonly FormSearches[] => {
    const chosen = formsOf(kernel).filter(({ shape }) => (shape === "curve" ? curves : grids));
    return chosen.map((form) => {
      const tunable = { ...form, parents: [] };
      return { tunable, searches: [start(tunable)] };
    });
  };

  const start = (tunable: Tunable, firstStart = 0): Search => {
    const search = tuningSearch(`t${created++}`, tunable, { firstStart, lambdaFactor });
    running.set(search.id, search);
    return search;
  };

  /**
   * Chooses a form by the rank of its best fitness, then one of its searches. While a search waits for
   * results, other searches of the same form continue: otherwise worse forms would get the proposals.
   */
  const choose = (forms: readonly FormSearches[], random: Random): Search | undefined => {
    if (forms.length === 0) return undefined;
    const ranked = forms.toSorted((a, b) => bestOf(b) - bestOf(a));
    const weights = ranked.map(
      (form, rank) =>
        // The order of the forms is an estimate of their rank until there are enough results.
        RANK_FACTOR ** (isOnTrial(form) ? forms.indexOf(form) : rank),
    );
    const { tunable, searches } = ranked[random.weighted(weights)] as FormSearches;
    const [leastBusy] = searches.toSorted((a, b) => a.pending / a.lambda - b.pending / b.lambda);
    if (
      leastBusy !== undefined &&
      (leastBusy.pending < MAX_PENDING_GENERATIONS * leastBusy.lambda ||
        searches.length >= MAX_SEARCHES_PER_FORM)
    ) {
      return leastBusy;
    }
    const search = start(tunable, searches.length);
    searches.push(search);
    return search;
  };

  /** A search over the literals of the best program that was not tuned yet. */
  const nextLiterals = (parents: readonly Parent[], kernel: Kernel): Search | undefined => {
    if (literals !== undefined && literals.restarts < LITERAL_RESTARTS) return literals;
    if (literals !== undefined) running.delete(literals.id);
    literals = undefined;
    const pool = parents.toSorted((a, b) => b.fitness - a.fitness);
    for (const parent of pool) {
      if (tuned.has(parent.digest)) continue;
      tuned.add(parent.digest);
      const tunable = literalsOf(parent, kernel);
      if (tunable === undefined) continue;
      literals = start(tunable);
      return literals;
    }
    return undefined;
  };

  return {
    name: "tuning",
    parents: 2,
    async propose(parents, { task, random, count }) {
      forms ??= open(task.kernel);
      const proposals = [];
      for (let index = 0; index < count; index++) {
        const wantsLiterals = forms.length === 0 || random.next() < literalShare;
        const search =
          (wantsLiterals ? nextLiterals(parents, task.kernel) : undefined) ?? choose(forms, random);
        if (search === undefined) break;
        const { source, tag } = search.sample(random);
        const operator = `tune ${search.tunable.name}`;
        proposals.push({ source, operator, parents: search.tunable.parents, tag });
      }
      return proposals;
    },
    learn(results) {
      for (const result of results) {
        const [id = ""] = result.proposal.tag?.split(":") ?? [];
        running.get(id)?.learn(result);
      }
    },
  };
}

/** A form and its searches. */
interface FormSearches {
  readonly tunable: Tunable;
  readonly searches: Search[];
}

function bestOf({ searches }: FormSearches): number {
  return searches.reduce((best, search) => Math.max(best, search.best), Number.NEGATIVE_INFINITY);
}

function isOnTrial({ searches }: FormSearches): boolean {
  return searches.every(({ results, lambda }) => results < TRIAL_GENERATIONS * lambda);
}

/** Whether a task has numbers that can be tuned. */
export function isTunable({ kernel }: Task): boolean {
  if (kernel.result === "number" || kernel.result === "boolean") {
    if (axesOf(kernel).length > 0) return true;
  }
  return kernel.seeds.some((source) => {
    const seed = { digest: "", source, fitness: 0, scores: [] };
    return literalsOf(seed, kernel) !== undefined;
  });
}
