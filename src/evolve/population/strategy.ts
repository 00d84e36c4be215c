/**
 * The contract of parent selection: implemented by the programs database and by the baselines that
 * it is compared with.
 */
import type { Random } from "../../core/random.ts";
import type { Parent, Place } from "../generators/generator.ts";

export interface Selection {
  readonly place: Place;
  /** Worst first; empty only before the first registration. */
  readonly parents: readonly Parent[];
}

export type Registration =
  | { readonly status: "registered"; readonly newCluster: boolean }
  /** Its island was reset after it was requested. */
  | { readonly status: "late" };

export interface IslandReset {
  readonly island: number;
  readonly epoch: number;
  readonly founder: string;
}

/** The weakest and the best program that are active as parents. */
export interface ParentRange {
  readonly weakest: Parent;
  readonly best: Parent;
}

/**
 * Contract, checked by test/contracts/strategy.ts:
 * - Equal seeds and registrations give equal selections.
 * - `best` is the fittest program ever registered, whether or not its island was reset; of equal ones
 *   the first.
 * - Time per call does not grow with the number of registered programs.
 */
export interface Strategy {
  readonly name: string;
  /** Registers a seed on every island. */
  registerSeed(program: Parent, signature: string): void;
  select(count: number, random: Random): Selection;
  register(program: Parent, signature: string, place: Place): Registration;
  /** Called once after each batch; resets islands by the strategy's rule and reports the resets. */
  maintain(random: Random): readonly IslandReset[];
  readonly best: Parent | undefined;
  /** Best first, each with a different behaviour. */
  elite(count: number): readonly Parent[];
  /** The parents to race a candidate of this place against; undefined: no race yet. */
  parentRange(place: Place): ParentRange | undefined;
  /** For people: best fitness and number of clusters of each island. */
  describe(): readonly { readonly best: number | undefined; readonly clusters: number }[];
}
