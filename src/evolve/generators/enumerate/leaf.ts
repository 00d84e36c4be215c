/** A variable, or another expression that counts as one, with its values. */
import type { Expression } from "./expression.ts";
import type { Vector } from "./values.ts";

export interface Leaf {
  readonly expression: Expression;
  readonly values: Vector;
}
