/** A goal: the searched values in all contexts, and a callback for expressions that give them. */
import type { Expression } from "./expression.ts";
import type { Type, Vector } from "./values.ts";

export interface Goal {
  readonly type: Type;
  readonly target: Vector;
  readonly depth: number;
  /** Called with every expression that gives `target`; `extra` is an additional cost. */
  accept(expression: Expression, extra: number): void;
}
