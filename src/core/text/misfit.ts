/** Whether a JSON value is of a type, and if not, where it is not. */
import type { Json } from "../json.ts";
import { type ObjectType, type TupleType, type Type, typeText } from "./type.ts";

export interface Misfit {
  /** From the value to the part that does not fit: `[2].name`; empty for the value itself. */
  readonly path: string;
  /** In words or as TypeScript. */
  readonly expected: string;
  /** Absent: there is nothing at this place. */
  readonly got?: Json;
}

/** The first part that does not fit; what is foreign to JSON fits always. Linear in the value. */
export function misfitOf(type: Type, value: Json, path = ""): Misfit | undefined {
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
      return first(value, (item: Json, at) => misfitOf(type.items, item, `${path}[${at}]`));
    case "tuple":
      return tupleMisfit(type, value, path);
    case "object":
      return objectMisfit(type, value, path);
    case "union":
      return type.options.some((option) => misfitOf(option, value) === undefined)
        ? undefined
        : { path, expected: typeText(type), got: value };
  }
}

function isOf(name: string, value: Json): boolean {
  if (name === "null") return value === null;
  if (name === "integer") return Number.isInteger(value);
  return typeof value === name;
}

function tupleMisfit(type: TupleType, value: Json, path: string): Misfit | undefined {
  const { items, least, rest } = type;
  const fits =
    Array.isArray(value) &&
    value.length >= least &&
    (rest !== undefined || value.length <= items.length);
  if (!fits) return { path, expected: typeText(type), got: value };
  return first(value, (item: Json, at) => {
    const wanted = items[at] ?? rest;
    return wanted === undefined ? undefined : misfitOf(wanted, item, `${path}[${at}]`);
  });
}

function objectMisfit(type: ObjectType, value: Json, path: string): Misfit | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return { path, expected: typeText(type), got: value };
  }
  const { fields, others } = type;
  const entries = new Map(Object.entries(value));
  const known = first(fields, ({ name, type: wanted, optional }) => {
    const item = entries.get(name);
    const at = `${path}.${name}`;
    if (item !== undefined) return misfitOf(wanted, item, at);
    return optional ? undefined : { path: at, expected: typeText(wanted) };
  });
  if (known !== undefined) return known;
  for (const { name } of fields) entries.delete(name);
  return first([...entries], ([name, item]) =>
    others === undefined
      ? { path: `${path}.${name}`, expected: `no field but those of ${typeText(type)}`, got: item }
      : misfitOf(others, item as Json, `${path}.${name}`),
  );
}

function first<T>(
  items: readonly T[],
  misfit: (item: T, index: number) => Misfit | undefined,
): Misfit | undefined {
  for (const [index, item] of items.entries()) {
    const found = misfit(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
