/**
 * Leaves for a lambda body besides its element: the list up to the element, the list after it, and the
 * element with the same index in another list or text of the same length.
 */
import { compose, type Expression, type Form, variable } from "./expression.ts";
import { elementOf, INDEX } from "./lambdas.ts";
import type { Leaf } from "./leaf.ts";
import type { ListType, Value } from "./values.ts";

export interface NeighbourLeaf {
  readonly expression: Expression;
  /** Its value, from the index of the outer context and the index of the element. */
  readonly valueAt: (context: number, index: number) => Value | undefined;
}

const UP_TO: Form = {
  print: (list, index) => `${list}.slice(0, ${index} + 1)`,
  apply: (list, index) => (list as readonly number[]).slice(0, (index as number) + 1),
};
const AFTER: Form = {
  print: (list, index) => `${list}.slice(${index} + 1)`,
  apply: (list, index) => (list as readonly number[]).slice((index as number) + 1),
};
const AT: Form = {
  print: (list, index) => `${list}[${index}]`,
  apply: (list, index) => (list as readonly number[])[index as number],
};

export function neighbourLeaves(source: Leaf, leaves: readonly Leaf[]): readonly NeighbourLeaf[] {
  const index = variable(INDEX, "number");
  const list = source.expression.type as ListType;
  const of = (form: Form, leaf: Leaf, type: Expression["type"]): NeighbourLeaf => ({
    expression: compose(
      form,
      [leaf.expression, index],
      type,
      2 - leaf.expression.cost - index.cost,
    ),
    valueAt: (context, at) => {
      const value = leaf.values[context];
      return value === undefined ? undefined : form.apply?.(value, at);
    },
  });
  const others = leaves.filter(
    ({ expression, values }) =>
      expression !== source.expression &&
      values.every((each, k) => hasLengthOf(each, source.values[k])),
  );
  return [
    ...(list === "record[]" ? [] : [of(UP_TO, source, list), of(AFTER, source, list)]),
    ...others.map((leaf) =>
      of(
        AT,
        leaf,
        leaf.expression.type === "string" ? "string" : elementOf(leaf.expression.type as ListType),
      ),
    ),
  ];
}

function hasLengthOf(value: Value | undefined, list: Value | undefined): boolean {
  if (typeof value !== "string" && !Array.isArray(value)) return false;
  return Array.isArray(list) && value.length === list.length;
}
