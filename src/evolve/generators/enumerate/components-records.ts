/**
 * Components for records and lists of records: operations on any record, and the fields of the records
 * in a task's inputs.
 */
import { listComponents } from "./components-common.ts";
import { type Component, component, compose, type Expression } from "./expression.ts";
import { commonType, isRecord, type RecordValue, type Type, type Value } from "./values.ts";

const N = "number";
const B = "boolean";
const S = "string";
const NS = "number[]";
const SS = "string[]";
const R = "record";
const RS = "record[]";

const MAX_FIELDS = 12;
/** Maximum nesting of records. */
const MAX_DEPTH = 3;

/** The listComponents list components that do not compare elements: records are never equal by identity. */
const OF_LISTS = /^(length|first|last|at|reversed|tail|init|from|between|concat) /;

const ZIP =
  "function zipRecord(names, values) { return Object.fromEntries(names.map((name, at) => [name, values[at]])); }";

function zipped(
  names: readonly string[],
  values: readonly (string | number)[],
): RecordValue | undefined {
  if (names.length !== values.length || new Set(names).size < names.length) return undefined;
  return Object.fromEntries(names.map((name, at) => [name, values[at]]));
}

export const RECORDS: readonly Component[] = [
  component("keys", [R], SS, (r) => `Object.keys(${r})`, Object.keys),
  component(
    "values",
    [R],
    NS,
    (r) => `Object.values(${r})`,
    (r) => valuesOf(r, "number"),
  ),
  component(
    "text values",
    [R],
    SS,
    (r) => `Object.values(${r})`,
    (r) => valuesOf(r, "string"),
  ),
  component(
    "has",
    [R, S],
    B,
    (r, name) => `Object.hasOwn(${r}, ${name})`,
    (r, name) => Object.hasOwn(r, name),
    { levels: [3, 3] },
  ),
  component(
    "get",
    [R, S],
    N,
    (r, name) => `${r}[${name}]`,
    (r, name) => ofType(own(r, name), "number"),
    { levels: [3, 4] },
  ),
  component(
    "get text",
    [R, S],
    S,
    (r, name) => `${r}[${name}]`,
    (r, name) => ofType(own(r, name), "string"),
    { levels: [3, 4] },
  ),
  component(
    "get or 0",
    [R, S],
    N,
    (r, name) => `Object.hasOwn(${r}, ${name}) ? ${r}[${name}] : 0`,
    (r, name) => ofType(own(r, name) ?? 0, "number"),
    { levels: [2, 3] },
  ),
  component(
    "zip numbers",
    [SS, NS],
    R,
    (names, values) => `zipRecord(${names}, ${values})`,
    zipped,
    { levels: [3, 3], helper: ZIP },
  ),
  component("zip texts", [SS, SS], R, (names, values) => `zipRecord(${names}, ${values})`, zipped, {
    levels: [3, 3],
    helper: ZIP,
  }),
  component(
    "merge",
    [R, R],
    R,
    (a, b) => `({ ...${a}, ...${b} })`,
    (a, b) => ({ ...a, ...b }),
    { levels: [3, 3] },
  ),
  ...listComponents(RS).filter(({ name }) => OF_LISTS.test(name)),
];

/** A component for each field of the records, and for each column of lists of records. */
export function fieldsOf(inputs: readonly unknown[]): readonly Component[] {
  const found = new Map<string, Component>();
  const add = (part: Component): void => {
    if (!found.has(part.name)) found.set(part.name, part);
  };
  const types = fieldTypes(inputs.flatMap(recordsIn));
  for (const [name, type] of types) {
    add(
      component(`field ${name}`, [R], type, (r) => access(r, name), ((r: RecordValue) =>
        ofType(own(r, name), type)) as never),
    );
    if (type !== "number" && type !== "string") continue;
    add(
      component(
        `column ${name}`,
        [RS],
        `${type}[]`,
        (l) => `${l}.map((each) => ${access("each", name)})`,
        (l) => {
          const column = l.map((each) => ofType(own(each, name), type));
          return column.includes(undefined as never) ? undefined : (column as never);
        },
      ),
    );
  }
  for (const [name, key] of types) {
    for (const [other, value] of types)
      if (key === "string" && value === "number") add(sumBy(name, other));
  }
  return [...found.values()];
}

/** The sum of one field for each value of another one. */
function sumBy(key: string, value: string): Component {
  return component(
    `sum of ${value} by ${key}`,
    [RS],
    R,
    (l) => `sumBy(${l}, ${JSON.stringify(key)}, ${JSON.stringify(value)})`,
    (l) => {
      const sums: Record<string, number> = {};
      for (const each of l) {
        const name = own(each, key);
        const amount = own(each, value);
        if (typeof name !== "string" || typeof amount !== "number") return undefined;
        sums[name] = (Object.hasOwn(sums, name) ? (sums[name] as number) : 0) + amount;
      }
      return sums;
    },
    {
      helper:
        "function sumBy(list, key, value) { const sums = {}; for (const each of list) sums[each[key]] = (Object.hasOwn(sums, each[key]) ? sums[each[key]] : 0) + each[value]; return sums; }",
    },
  );
}

/** The fields of a leaf, and their fields, as leaves: as cheap as a parameter. */
export function fieldLeaves(
  leaf: { readonly expression: Expression; readonly values: readonly (Value | undefined)[] },
  fields: readonly Component[],
  depth = MAX_DEPTH,
): readonly { readonly expression: Expression; readonly values: readonly (Value | undefined)[] }[] {
  if (depth === 0) return [];
  const own = leaf.expression.type;
  return fields
    .filter(({ takes }) => takes[0] === own)
    .flatMap((part) => {
      const values = leaf.values.map((value) =>
        value === undefined ? undefined : part.apply(value),
      );
      if (values.every((value) => value === undefined)) return [];
      const expression = compose(part, [leaf.expression], part.gives, own === RS ? 1 : 0);
      const each = { expression, values };
      return [each, ...fieldLeaves(each, fields, depth - 1)];
    });
}

/** Every record in a value, at any depth. */
function recordsIn(value: unknown): readonly RecordValue[] {
  if (Array.isArray(value)) return value.flatMap(recordsIn);
  if (!isRecord(value)) return [];
  return [value, ...Object.values(value).flatMap(recordsIn)];
}

/** Names that occur in many records and always have values of the same type. */
function fieldTypes(records: readonly RecordValue[]): ReadonlyMap<string, Type> {
  const seen = new Map<string, unknown[]>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record)) {
      const values = seen.get(name) ?? [];
      values.push(value);
      seen.set(name, values);
    }
  }
  const types = new Map<string, Type>();
  const often = [...seen].sort(([, a], [, b]) => b.length - a.length);
  const [, most = []] = often[0] ?? [];
  for (const [name, values] of often) {
    // A name that occurs in few records is a key of a dictionary.
    if (types.size >= MAX_FIELDS || values.length * 2 < most.length || values.length < 2) break;
    const type = commonType(values);
    if (type !== undefined) types.set(name, type);
  }
  return types;
}

function access(record: string, name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name)
    ? `${record}.${name}`
    : `${record}[${JSON.stringify(name)}]`;
}

function own(record: RecordValue, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function ofType<T extends Type>(value: unknown, type: T): never | undefined {
  const is =
    Array.isArray(value) && value.length === 0 ? type.endsWith("[]") : commonType([value]) === type;
  return is ? (value as never) : undefined;
}

function valuesOf(record: RecordValue, type: "number" | "string"): never | undefined {
  const values = Object.values(record);
  return values.every((value) => typeof value === type) ? (values as never) : undefined;
}
