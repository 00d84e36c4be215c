/** A goal: the values looked for, in all contexts, and who is told of what gives them. */
import type { Expression } from "./expression.ts";
import type { Type, Vector } from "./values.ts";

export interface Goal {
  readonly type: Type;
  readonly target: Vector;
  readonly depth: number;
  /** Called with every expression found to give `target`; `extra` is a penalty. */
  accept(expression: Expression, extra: number): void;
}
