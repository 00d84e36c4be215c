/** What the analysis of a program finds, and what its walk carries along. */
import type { Kernel } from "../../core/task.ts";
import type { Expression, Place, Program } from "./tree.ts";
import type { Binding, Environment, Type } from "./types.ts";

export interface Site {
  readonly node: Expression;
  readonly place: Place;
  readonly type: Type;
  /** Nodes of the expression: a feature, a literal and a name count one each. */
  readonly size: number;
  readonly scope: Environment | undefined;
  /** Inside the entry function, where the kernel's features can be written. */
  readonly inEntry: boolean;
}

/** A number literal that may move: in an expression, or (`table`) in a top-level table. */
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
  /** Nodes of all evolving expressions; tables do not count. */
  readonly size: number;
  /** Names of the entry's parameters, which need not be the kernel's own. */
  readonly parameters: readonly string[];
  /** The top level, by name. */
  readonly top: ReadonlyMap<string, Binding>;
}

export interface Measure {
  readonly type: Type;
  readonly size: number;
}

/** What a walk collects; `size` sums the expressions of one function. */
export interface Reader {
  readonly kernel: Kernel;
  readonly sites: Site[];
  readonly constants: Constant[];
  readonly inEntry: boolean;
  size: number;
}
