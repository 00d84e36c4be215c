/**
 * JSON values: what sandbox, store, trace and network exchange.
 *
 * Takes unknown values; gives typed JSON, its canonical text and equality.
 */
import { z } from "zod";

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export const Json: z.ZodType<Json> = z.lazy(() =>
  z.union([
    z.null(),
    z.boolean(),
    z.number(),
    z.string(),
    z.array(Json),
    z.record(z.string(), Json),
  ]),
);

/** JSON text with keys sorted by code unit: equal values have equal text. -0 is written as 0. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`);
  return `{${entries.join(",")}}`;
}

/** The type of a value after it was stored: undefined fields are absent. */
export type Stored<T> = T extends unknown
  ? { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
      [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
    }
  : never;

/** Changes only the type: undefined fields are dropped when the value is stored. */
export function stored<T>(value: T): Stored<T> {
  return value as Stored<T>;
}

/**
 * Equality of two values. The order of an object's keys does not matter.
 *
 * @param tolerance Relative and absolute distance within which two numbers count as equal; 0 is exact.
 */
export function sameJson(left: Json, right: Json, tolerance = 0): boolean {
  if (typeof left === "number" && typeof right === "number") {
    if (left === right) return true;
    return Math.abs(left - right) <= tolerance * Math.max(1, Math.abs(left), Math.abs(right));
  }
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object") {
    return left === right;
  }
  if (isArray(left) || isArray(right)) {
    if (!isArray(left) || !isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => sameJson(item, right[index] as Json, tolerance));
  }
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(right, key) && sameJson(left[key] as Json, right[key] as Json, tolerance),
  );
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
