/** The results of a program's analysis, and the state of its walk. */
import type { Kernel } from "../../core/task.ts";
import type { Expression, Place, Program } from "./tree.ts";
import type { Binding, Environment, Type } from "./types.ts";

export interface Site {
  readonly node: Expression;
  readonly place: Place;
  readonly type: Type;
  /** Number of nodes: a feature, a literal and a name count one each. */
  readonly size: number;
  readonly scope: Environment | undefined;
  /** Inside the entry function, where the kernel's features can be used. */
  readonly inEntry: boolean;
}

/** A number literal that may change: in an expression, or (`table`) in a top-level table. */
export interface Constant {
  readonly place: Place;
  readonly node: Expression;
  readonly value: number;
  readonly table: boolean;
}

export interface Analysis {
  readonly program: Program;
  readonly kernel: Kernel;
  readonly sites: readonly Site[];
  readonly constants: readonly Constant[];
  /** Number of nodes of all evolving expressions, without tables. */
  readonly size: number;
  /** Names of the entry's parameters, which need not be the kernel's own. */
  readonly parameters: readonly string[];
  /** Top-level bindings, by name. */
  readonly top: ReadonlyMap<string, Binding>;
}

export interface Measure {
  readonly type: Type;
  readonly size: number;
}

/** The results that a walk collects; `size` is the sum over the expressions of one function. */
export interface Reader {
  readonly kernel: Kernel;
  readonly sites: Site[];
  readonly constants: Constant[];
  readonly inEntry: boolean;
  size: number;
}
