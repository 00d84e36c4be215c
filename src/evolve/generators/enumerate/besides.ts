/**
 * What a body may want to know beside its element: what came before it in the list and what comes
 * after, and what stands at the same place of another list or text of the same length.
 */
import { compose, type Expression, type Form, variable } from "./expression.ts";
import { elementOf, INDEX } from "./lambdas.ts";
import type { Leaf } from "./leaf.ts";
import type { ListType, Value } from "./values.ts";

export interface Beside {
  readonly make: Expression;
  /** Its value for an element: the context outside, and the element's index. */
  readonly at: (context: number, index: number) => Value | undefined;
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

export function besides(source: Leaf, leaves: readonly Leaf[]): readonly Beside[] {
  const index = variable(INDEX, "number");
  const list = source.expression.type as ListType;
  const of = (form: Form, leaf: Leaf, type: Expression["type"]): Beside => ({
    make: compose(form, [leaf.expression, index], type, 2 - leaf.expression.cost - index.cost),
    at: (context, at) => {
      const value = leaf.values[context];
      return value === undefined ? undefined : form.apply?.(value, at);
    },
  });
  const others = leaves.filter(
    ({ expression, values }) =>
      expression !== source.expression &&
      values.every((each, k) => isAsLong(each, source.values[k])),
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

function isAsLong(value: Value | undefined, list: Value | undefined): boolean {
  if (typeof value !== "string" && !Array.isArray(value)) return false;
  return Array.isArray(list) && value.length === list.length;
}
