/**
 * Forms that take a list and a body over its elements: map, filter, count, sum, sort and others.
 *
 * The body is an expression over `item`, `index` and all outer variables.
 */
import type { Form } from "./expression.ts";
import { equalValues, type ListType, type Type, type Value, type ValueOf } from "./values.ts";

export const ITEM = "item";
export const INDEX = "index";

export interface Lambda {
  readonly name: string;
  readonly form: Form;
  readonly body: Type;
  readonly cost: number;
  /** The only list type that it takes; absent: any. */
  readonly over?: ListType;
  gives(list: ListType): Type;
  /** @param values The body's value for each element, in order. */
  combine(list: readonly Value[], values: readonly Value[]): Value | undefined;
}

type Row<B extends Type> = readonly [
  name: string,
  gives: Type | "list" | "element",
  print: (list: string, call: string, body: string) => string,
  combine: (list: readonly Value[], values: readonly ValueOf[B][]) => unknown,
  helper?: string,
  over?: ListType,
];

const first = (
  list: readonly Value[],
  values: readonly number[],
  wanted: number,
): Value | undefined => list[values.indexOf(wanted)];

const BOOLEANS: readonly Row<"boolean">[] = [
  ["filter", "list", (l, call) => `${l}.filter(${call})`, (l, v) => l.filter((_, at) => v[at])],
  [
    "count",
    "number",
    (l, call) => `${l}.filter(${call}).length`,
    (_, v) => v.filter(Boolean).length,
  ],
  ["every", "boolean", (l, call) => `${l}.every(${call})`, (_, v) => v.every(Boolean)],
  ["some", "boolean", (l, call) => `${l}.some(${call})`, (_, v) => v.some(Boolean)],
  ["find", "element", (l, call) => `${l}.find(${call})`, (l, v) => l[v.indexOf(true)]],
  ["findIndex", "number", (l, call) => `${l}.findIndex(${call})`, (_, v) => v.indexOf(true)],
];

const NUMBERS: readonly Row<"number">[] = [
  ["map", "number[]", (l, call) => `${l}.map(${call})`, (_, v) => v],
  [
    "sum of",
    "number",
    (l, _, body) => `${l}.reduce((sum, ${ITEM}, ${INDEX}) => sum + ${body}, 0)`,
    (_, v) => v.reduce((sum, each) => sum + each, 0),
  ],
  [
    "largest by",
    "element",
    (l, call) => `largestBy(${l}, ${call})`,
    (l, v) => first(l, v, Math.max(...v)),
    "function largestBy(list, valueOf) { const values = list.map(valueOf); return list[values.indexOf(Math.max(...values))]; }",
  ],
  [
    "smallest by",
    "element",
    (l, call) => `smallestBy(${l}, ${call})`,
    (l, v) => first(l, v, Math.min(...v)),
    "function smallestBy(list, valueOf) { const values = list.map(valueOf); return list[values.indexOf(Math.min(...values))]; }",
  ],
  [
    "sort by",
    "list",
    (l, call) => `sortBy(${l}, ${call})`,
    (l, v) =>
      l
        .map((_, at) => at)
        .sort((a, b) => (v[a] as number) - (v[b] as number))
        .map((at) => l[at]),
    "function sortBy(list, valueOf) { const values = list.map(valueOf); return list.map((_, at) => at).sort((a, b) => values[a] - values[b]).map((at) => list[at]); }",
  ],
  recordOf<"number">(),
];

const STRINGS: readonly Row<"string">[] = [
  ["map", "string[]", (l, call) => `${l}.map(${call})`, (_, v) => v],
  [
    "unique by",
    "list",
    (l, call) => `uniqueBy(${l}, ${call})`,
    (l, v) => l.filter((_, at) => v.indexOf(v[at] as string) === at),
    "function uniqueBy(list, keyOf) { const keys = list.map(keyOf); return list.filter((_, at) => keys.indexOf(keys[at]) === at); }",
  ],
  [
    "sort by text",
    "list",
    (l, call) => `sortByText(${l}, ${call})`,
    (l, v) => {
      const places = l.map((_, at) => at);
      const before = (a: number, b: number): boolean => (v[a] as string) < (v[b] as string);
      return places.sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0)).map((at) => l[at]);
    },
    "function sortByText(list, keyOf) { const keys = list.map(keyOf); return list.map((_, at) => at).sort((a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0)).map((at) => list[at]); }",
  ],
  recordOf<"string">(),
  [
    "tally",
    "record",
    (l, call) => `countBy(${l}, ${call})`,
    (_, v) => Object.fromEntries(v.map((key) => [key, v.filter((each) => each === key).length])),
    "function countBy(list, keyOf) { const keys = list.map(keyOf); return Object.fromEntries(keys.map((key) => [key, keys.filter((each) => each === key).length])); }",
  ],
  [
    "group",
    "record",
    (l, call) => `groupBy(${l}, ${call})`,
    (l, v) => Object.fromEntries(v.map((key) => [key, l.filter((_, at) => v[at] === key)])),
    "function groupBy(list, keyOf) { const keys = list.map(keyOf); return Object.fromEntries(keys.map((key) => [key, list.filter((_, at) => keys[at] === key)])); }",
  ],
];

const RECORDS: readonly Row<"record">[] = [
  ["map", "record[]", (l, call) => `${l}.map(${call})`, (_, v) => v],
];

export const LAMBDAS: readonly Lambda[] = [
  ...BOOLEANS.map((row) => lambda("boolean", row)),
  ...NUMBERS.map((row) => lambda("number", row)),
  ...STRINGS.map((row) => lambda("string", row)),
  ...RECORDS.map((row) => lambda("record", row)),
];

/** A form that makes a field for each text of the list. */
function recordOf<B extends "number" | "string">(): Row<B> {
  return [
    "record of",
    "record",
    (l, call) => `recordOf(${l}, ${call})`,
    (l, v) => Object.fromEntries(l.map((name, at) => [name, v[at]])),
    "function recordOf(names, valueOf) { return Object.fromEntries(names.map((name, at) => [name, valueOf(name, at)])); }",
    "string[]",
  ];
}

export function lambdaNamed(name: string, body: Type): Lambda {
  const found = LAMBDAS.find((each) => each.name === name && each.body === body);
  if (found === undefined) throw new RangeError(`no form ${name} over a body of type ${body}`);
  return found;
}

function lambda<B extends Type>(
  body: B,
  [name, gives, print, combine, helper, over]: Row<B>,
): Lambda {
  const form: Form = {
    print: (list = "", text = "") => print(list, callOf(text), text),
    bind: ([list], call) => {
      const items = list as readonly Value[];
      const values: Value[] = [];
      for (const [index, item] of items.entries()) {
        const value = call({ [ITEM]: item, [INDEX]: index });
        if (value === undefined) return undefined;
        values.push(value);
      }
      return combine(items, values as ValueOf[B][]) as Value | undefined;
    },
    ...(helper === undefined ? {} : { helper }),
  };
  return {
    name,
    form,
    body,
    ...(over === undefined ? {} : { over }),
    cost: name.includes("by") || name.startsWith("find") ? 2 : 1,
    gives: (list) => (gives === "list" ? list : gives === "element" ? elementOf(list) : gives),
    combine: (list, values) => combine(list, values as ValueOf[B][]) as Value | undefined,
  };
}

function callOf(body: string): string {
  const uses = new RegExp(`\\b${INDEX}\\b`).test(body);
  return `(${uses ? `${ITEM}, ${INDEX}` : ITEM}) => (${body})`;
}

export function elementOf(list: ListType): "number" | "string" | "record" {
  return list === "number[]" ? "number" : list === "string[]" ? "string" : "record";
}

/** For each element, whether a filter must keep it to get `wanted`; undefined if no filter does. */
export function filterMask(
  list: readonly Value[],
  wanted: readonly Value[],
): readonly boolean[] | undefined {
  // First equal elements are all kept or all dropped; else by position, for bodies that use the index.
  const counts = new Map<Value, number>();
  for (const each of wanted) counts.set(each, (counts.get(each) ?? 0) + 1);
  const total = new Map<Value, number>();
  for (const each of list) total.set(each, (total.get(each) ?? 0) + 1);
  const byValue = list.map((each) => counts.get(each) === total.get(each));
  if (
    equalValues(
      list.filter((_, at) => byValue[at]),
      wanted,
    )
  )
    return byValue;
  let at = 0;
  const inOrder = list.map((each) => each === wanted[at] && ++at > 0);
  return at === wanted.length ? inOrder : undefined;
}
