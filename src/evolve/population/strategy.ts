/**
 * The contract of what decides who becomes a parent: the programs database and the plain
 * strategies that every comparison needs beside it.
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
  /** Its island was reset while it was being made. */
  | { readonly status: "late" };

export interface IslandReset {
  readonly island: number;
  readonly epoch: number;
  readonly founder: string;
}

/** The weakest program that still becomes a parent, and the strongest. */
export interface Rivals {
  readonly weakest: Parent;
  readonly best: Parent;
}

/**
 * Contract, checked by test/contracts/strategy.ts:
 * - Equal seeds and registrations give equal selections.
 * - `best` is the fittest program ever registered, resets or not; the first of equals.
 * - Time per call does not grow with the number of registered programs.
 */
export interface Strategy {
  readonly name: string;
  /** A starting program: known everywhere. */
  found(program: Parent, signature: string): void;
  select(wanted: number, random: Random): Selection;
  register(program: Parent, signature: string, place: Place): Registration;
  /** Called once after each batch; resets what its rule says, and tells. */
  maintain(random: Random): readonly IslandReset[];
  readonly best: Parent | undefined;
  /** Best first, different behaviour each. */
  elite(count: number): readonly Parent[];
  /** Whom a candidate of this place has to stand up to in a race; undefined: no race yet. */
  rivals(place: Place): Rivals | undefined;
  /** For people: islands with their best and sizes. */
  describe(): readonly { readonly best: number | undefined; readonly clusters: number }[];
}
