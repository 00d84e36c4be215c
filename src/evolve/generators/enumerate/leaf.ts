/** What an expression of one size may begin with: a variable or a constant, with its values. */
import type { Expression } from "./expression.ts";
import type { Vector } from "./values.ts";

export interface Leaf {
  readonly expression: Expression;
  readonly values: Vector;
}
