/**
 * Tuning: CMA-ES over the numbers of library curves and grids, and over the literals of good
 * programs. The best arm of the first seconds on numeric tasks.
 *
 * Every form has a search of its own. Searches share the proposals by the rank of what they have
 * reached: the leader gets most, the last one still a little, a new one its first generations.
 */
import type { Random } from "../../../core/random.ts";
import type { Kernel, Task } from "../../../core/task.ts";
import type { Generator, Parent } from "../generator.ts";
import { axesOf } from "./axes.ts";
import { formsOf } from "./forms.ts";
import { literalsOf } from "./literals.ts";
import { type Search, type Tunable, tuningSearch } from "./search.ts";

export interface TuningOptions {
  /** Samples per generation against CMA-ES's own default; batches in flight make up for more. */
  readonly lambdaFactor?: number;
  /** Curves over one feature or parameter. */
  readonly curves?: boolean;
  /** Grids over two of them. */
  readonly grids?: boolean;
  /** Share of the proposals that move the literals of good programs, in [0, 1]. */
  readonly literalShare?: number;
}

/** A search's share falls by this factor with each rank. */
const FALL = 0.5;
/** Generations that a new search gets before its rank counts. */
const TRIAL = 6;
/** Searches on one form at the same time, each from its own start. */
const SIBLINGS = 3;
/** Generations of one search that may be out at once; later samples know less than they could. */
const MOST_OUT = 3;
/** A descent over literals ends after this many restarts: the structure limits, not the numbers. */
const LITERAL_RESTARTS = 1;

export function tuningGenerator({
  curves = true,
  grids = true,
  literalShare = 0.1,
  lambdaFactor = 2,
}: TuningOptions = {}): Generator {
  let forms: readonly Family[] | undefined;
  let literals: Search | undefined;
  let made = 0;
  const running = new Map<string, Search>();
  const tuned = new Set<string>();

  const open = (kernel: Kernel): readonly Family[] => {
    const chosen = formsOf(kernel).filter(({ shape }) => (shape === "curve" ? curves : grids));
    return chosen.map((form) => {
      const tunable = { ...form, parents: [] };
      return { tunable, members: [start(tunable)] };
    });
  };

  const start = (tunable: Tunable, firstStart = 0): Search => {
    const search = tuningSearch(`t${made++}`, tunable, { firstStart, lambdaFactor });
    running.set(search.id, search);
    return search;
  };

  /**
   * By rank of the best fitness. While a generation of a search is out, its siblings go on: waiting
   * for results would leave the turn to weaker forms.
   */
  const choose = (families: readonly Family[], random: Random): Search | undefined => {
    if (families.length === 0) return undefined;
    const ranked = families.toSorted((a, b) => bestOf(b) - bestOf(a));
    const weights = ranked.map(
      (family, rank) =>
        // The order of the forms is a guess at their worth, until results say better.
        FALL ** (isOnTrial(family) ? families.indexOf(family) : rank),
    );
    const { tunable, members } = ranked[random.weighted(weights)] as Family;
    const [freest] = members.toSorted((a, b) => a.waiting / a.lambda - b.waiting / b.lambda);
    if (
      freest !== undefined &&
      (freest.waiting < MOST_OUT * freest.lambda || members.length >= SIBLINGS)
    ) {
      return freest;
    }
    const sibling = start(tunable, members.length);
    members.push(sibling);
    return sibling;
  };

  /** The literals of the best program that was not tuned yet. */
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

/** A form with the searches on it. */
interface Family {
  readonly tunable: Tunable;
  readonly members: Search[];
}

function bestOf({ members }: Family): number {
  return members.reduce((best, search) => Math.max(best, search.best), Number.NEGATIVE_INFINITY);
}

function isOnTrial({ members }: Family): boolean {
  return members.every(({ told, lambda }) => told < TRIAL * lambda);
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
