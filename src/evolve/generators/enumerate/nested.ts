/**
 * Lists within lists: the search knows lists of numbers, texts and records, so a nested list is offered
 * through its views: all its elements in one list, how deep it is, and its lists one level down.
 */
import { type Expression, variable } from "./expression.ts";
import type { Leaf } from "./leaf.ts";
import { commonType, type Type, type Value } from "./values.ts";

interface View {
  readonly gives?: Type;
  readonly print: (list: string) => string;
  readonly of: (list: readonly unknown[]) => unknown;
  readonly helper?: string;
}

function depthOf(value: unknown): number {
  return Array.isArray(value) ? 1 + Math.max(0, ...value.map(depthOf)) : 0;
}

const VIEWS: readonly View[] = [
  { print: (list) => `${list}.flat(Infinity)`, of: (list) => list.flat(Number.POSITIVE_INFINITY) },
  { print: (list) => `${list}.flat()`, of: (list) => list.flat() },
  {
    print: (list) => `depthOf(${list})`,
    of: depthOf,
    helper:
      "function depthOf(value) { return Array.isArray(value) ? 1 + Math.max(0, ...value.map(depthOf)) : 0; }",
  },
  { print: (list) => `${list}.length`, of: (list) => list.length },
  {
    print: (list) => `${list}.map((each) => [each].flat(Infinity).length)`,
    of: (list) => list.map((each) => [each].flat(Number.POSITIVE_INFINITY).length),
  },
  {
    print: (list) =>
      `${list}.map((each) => [each].flat(Infinity).reduce((total, part) => total + part, 0))`,
    of: (list) =>
      list.map((each) =>
        ([each].flat(Number.POSITIVE_INFINITY) as number[]).reduce(
          (total, part) => total + part,
          0,
        ),
      ),
  },
];

/** The views of a parameter whose values are lists with lists in them; none if it has a plain type. */
export function nestedLeaves(name: string, values: readonly unknown[]): readonly Leaf[] {
  if (!values.every(Array.isArray) || !values.some((list) => list.some(Array.isArray))) return [];
  const seen = new Set<string>();
  return VIEWS.flatMap(({ print, of, helper }) => {
    const viewed = values.map((list) => of(list as readonly unknown[])) as Value[];
    const type = commonType(viewed);
    const key = JSON.stringify(viewed);
    if (type === undefined || seen.has(key)) return [];
    seen.add(key);
    const given = variable(name, type);
    const expression: Expression = {
      form: {
        print: (list = "") => print(list),
        apply: (list) => of(list as unknown as readonly unknown[]) as Value,
        ...(helper === undefined ? {} : { helper }),
      },
      args: [given],
      type,
      cost: 1,
    };
    return [{ expression, values: viewed }];
  });
}
