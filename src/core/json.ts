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

/**
 * Passes a JSON value as it is. A schema of records would copy it and lose a key named `__proto__`.
 * A number that JSON cannot hold (NaN, an infinity, a bigint of a reader) is a fault with its place.
 */
export const Json = z.unknown().superRefine((value, context) => {
  const fault = jsonFault(value);
  if (fault !== undefined) {
    context.addIssue({ code: "custom", ...fault });
  }
}) as z.ZodType<unknown> as z.ZodType<Json>;

export type JsonObject = { readonly [key: string]: Json };

export const JsonObject = Json.refine(isObject, {
  error: ({ input }) =>
    `expected a mapping, got ${Array.isArray(input) ? "a list" : String(input)}`,
}).meta({
  type: "object",
  additionalProperties: {},
}) as z.ZodType<unknown> as z.ZodType<JsonObject>;

/** Deeper values would exhaust the stack of functions that walk them. */
const MAX_DEPTH = 1_000;

interface JsonFault {
  /** Innermost part last. */
  readonly path: PropertyKey[];
  readonly message: string;
}

function jsonFault(value: unknown, depth = 0): JsonFault | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return undefined;
  if (Array.isArray(value)) return faultInside(value.entries(), depth);
  if (isPlain(value)) return faultInside(Object.entries(value), depth);
  return { path: [], message: kindFault(value) };
}

function faultInside(
  items: Iterable<readonly [PropertyKey, unknown]>,
  depth: number,
): JsonFault | undefined {
  if (depth === MAX_DEPTH) {
    return { path: [], message: `expected at most ${MAX_DEPTH} levels of nesting, got more` };
  }
  for (const [key, item] of items) {
    const fault = jsonFault(item, depth + 1);
    if (fault === undefined) continue;
    fault.path.unshift(key);
    return fault;
  }
  return undefined;
}

function kindFault(value: unknown): string {
  if (typeof value === "bigint") return inexactText(String(value));
  if (typeof value === "number") {
    return `expected a finite number, got ${value}: JSON has no such value`;
  }
  const got = value === undefined ? "nothing" : Object.prototype.toString.call(value);
  return `expected a JSON value, got ${got}`;
}

/** Of any realm, without a prototype of its own. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * The value of a JSON text. A number that JavaScript would round to another integer, or to infinity,
 * is refused, never changed.
 *
 * @throws SyntaxError if the text is not JSON, or naming such a number.
 */
export function parseJson(text: string): Json {
  // Few texts have a number that long; reading the source of each number takes several times longer.
  if (!/\d{16}|[\d.]e\+?\d{2}/i.test(text)) return JSON.parse(text) as Json;
  return JSON.parse(text, (_key, value: Json, context?: { readonly source?: string }) => {
    const source = context?.source;
    const fault = typeof value === "number" && source !== undefined && inexactFault(source);
    if (fault) throw new SyntaxError(fault);
    return value;
  }) as Json;
}

/** Why the decimal number of a text cannot be read without changing it; undefined if it can. */
export function inexactFault(source: string): string | undefined {
  return isExact(Number(source), source) ? undefined : inexactText(source);
}

/** For a parser that reads integers as bigints: numbers where these hold the integer exactly. */
export function exactInteger(_key: unknown, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return isExact(Number(value), String(value)) ? Number(value) : value;
}

/** Numbers from here on are written with an exponent: nobody takes them for an exact integer. */
const FIRST_WITH_EXPONENT = 1e21;

/**
 * An integer in a value of a foreign parser that it may have rounded; undefined if there is none. The
 * text that it was read from is gone, so every integer above 2^53 is in doubt.
 */
export function doubtfulInteger(value: Json): number | undefined {
  if (typeof value === "number") {
    const doubtful = Number.isInteger(value) && !Number.isSafeInteger(value);
    return doubtful && Math.abs(value) < FIRST_WITH_EXPONENT ? value : undefined;
  }
  if (value === null || typeof value !== "object") return undefined;
  for (const item of Object.values(value)) {
    const found = doubtfulInteger(item as Json);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inexactText(source: string): string {
  const got = source.length > 60 ? `${source.slice(0, 57)}...` : source;
  return `expected a number that JavaScript holds exactly (integers up to 2^53), got ${got}: write it as text`;
}

/**
 * Fractions are rounded as usual. Above 2^53 the digits must be those that the number is written with:
 * then no two integers become one, and what the engine has written can be read.
 */
function isExact(value: number, source: string): boolean {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return true;
  return Number.isFinite(value) && decimalOf(source) === decimalOf(String(value));
}

/** The significant digits and the exponent of a decimal number. */
function decimalOf(text: string): string {
  const [, whole = "", part = "", exponent = "0"] =
    /^[-+]?(\d+)(?:\.(\d*))?(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  const digits = `${whole}${part}`.replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  return `${kept} ${Number(exponent) - part.length + digits.length - kept.length}`;
}

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

export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
