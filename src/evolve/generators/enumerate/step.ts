/** The operations of all steps: apply one component, or look up a vector in the bank. */
import type { Bank, Meter } from "./bank.ts";
import type { Expression } from "./expression.ts";
import type { Goal } from "./goal.ts";
import { applied, componentNamed } from "./parts.ts";
import { equalValues, fingerprint, type Type, type Value, type Vector } from "./values.ts";

/** Looks up a vector from which `wrap` makes the goal. */
export type LookUp = (
  goal: Goal,
  type: Type,
  vector: Vector,
  wrap: (found: Expression) => Expression,
) => void;

export function lookUpIn(bank: () => Bank, meter: Meter): LookUp {
  return (goal, type, vector, wrap) => {
    meter.work += vector.length;
    const found = bank().find(type, fingerprint(vector));
    if (found !== undefined) goal.accept(wrap(found.expression), 0);
  };
}

/** Accepts the component with this name over these arguments if it gives the goal. */
export function oneStep(
  goal: Goal,
  name: string,
  args: readonly Expression[],
  vectors: readonly Vector[],
): void {
  const part = componentNamed(name);
  for (let k = 0; k < goal.target.length; k++) {
    const values = vectors.map((vector) => vector[k]);
    if (values.includes(undefined)) return;
    if (!equalValues(part.apply(...(values as Value[])), goal.target[k])) return;
  }
  goal.accept(applied(name, ...args), 0);
}
