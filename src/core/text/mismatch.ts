/** Checks a JSON value against a type, and finds the first part that does not match. */
import type { Json } from "../json.ts";
import { type ObjectType, type TupleType, type Type, typeText } from "./type.ts";

export interface Mismatch {
  /** From the value to the part that does not match: `[2].name`; empty for the value itself. */
  readonly path: string;
  /** In words or as TypeScript. */
  readonly expected: string;
  /** Absent: the part is missing. */
  readonly got?: Json;
}

/** The first part that does not match; a type foreign to JSON matches always. Linear in the value. */
export function mismatchOf(type: Type, value: Json, path = ""): Mismatch | undefined {
  switch (type.kind) {
    case "any":
    case "foreign":
      return undefined;
    case "primitive":
      return isOf(type.name, value) ? undefined : { path, expected: type.name, got: value };
    case "literal":
      return value === type.value ? undefined : { path, expected: typeText(type), got: value };
    case "array":
      if (!Array.isArray(value)) return { path, expected: typeText(type), got: value };
      return first(value, (item: Json, at) => mismatchOf(type.items, item, `${path}[${at}]`));
    case "tuple":
      return tupleMismatch(type, value, path);
    case "object":
      return objectMismatch(type, value, path);
    case "union":
      return type.options.some((option) => mismatchOf(option, value) === undefined)
        ? undefined
        : { path, expected: typeText(type), got: value };
  }
}

function isOf(name: string, value: Json): boolean {
  if (name === "null") return value === null;
  if (name === "integer") return Number.isInteger(value);
  return typeof value === name;
}

function tupleMismatch(type: TupleType, value: Json, path: string): Mismatch | undefined {
  const { items, least, rest } = type;
  const matches =
    Array.isArray(value) &&
    value.length >= least &&
    (rest !== undefined || value.length <= items.length);
  if (!matches) return { path, expected: typeText(type), got: value };
  return first(value, (item: Json, at) => {
    const wanted = items[at] ?? rest;
    return wanted === undefined ? undefined : mismatchOf(wanted, item, `${path}[${at}]`);
  });
}

function objectMismatch(type: ObjectType, value: Json, path: string): Mismatch | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return { path, expected: typeText(type), got: value };
  }
  const { fields, others } = type;
  const entries = new Map(Object.entries(value));
  const known = first(fields, ({ name, type: wanted, optional }) => {
    const item = entries.get(name);
    const at = `${path}.${name}`;
    if (item !== undefined) return mismatchOf(wanted, item, at);
    return optional ? undefined : { path: at, expected: typeText(wanted) };
  });
  if (known !== undefined) return known;
  for (const { name } of fields) entries.delete(name);
  return first([...entries], ([name, item]) =>
    others === undefined
      ? { path: `${path}.${name}`, expected: `no field but those of ${typeText(type)}`, got: item }
      : mismatchOf(others, item as Json, `${path}.${name}`),
  );
}

function first<T>(
  items: readonly T[],
  mismatch: (item: T, index: number) => Mismatch | undefined,
): Mismatch | undefined {
  for (const [index, item] of items.entries()) {
    const found = mismatch(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
