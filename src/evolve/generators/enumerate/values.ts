/**
 * Values of the enumeration: the results of an expression in each context, and their fingerprint.
 *
 * A context is one example, or one element of a list in an example. A vector has one value per
 * context; `undefined` means no value (an index out of range, a number that is not finite, a text that
 * is too long). Two expressions with equal fingerprints count as equal.
 */
import type { ValueType } from "../../../core/task.ts";

export type Type = Exclude<ValueType, "unknown"> | "record" | "record[]";
export type ListType = "number[]" | "string[]" | "record[]";
/** A JSON object: a record with fixed fields, or a dictionary. */
export type RecordValue = Readonly<Record<string, unknown>>;
export type Value =
  | number
  | boolean
  | string
  | readonly number[]
  | readonly string[]
  | RecordValue
  | readonly RecordValue[];
export type Vector = readonly (Value | undefined)[];

export interface ValueOf {
  number: number;
  boolean: boolean;
  string: string;
  "number[]": readonly number[];
  "string[]": readonly string[];
  record: RecordValue;
  "record[]": readonly RecordValue[];
}

/** Maximum length of texts in characters, and of lists in elements. */
const MAX_LENGTH = 4_096;

export const TYPES: readonly Type[] = [
  "number",
  "boolean",
  "string",
  "number[]",
  "string[]",
  "record",
  "record[]",
];

/** The common type of all values; undefined if there is none. An empty list has every list type. */
export function commonType(values: readonly unknown[]): Type | undefined {
  let found: Type | undefined;
  let emptyList = false;
  for (const value of values) {
    if (Array.isArray(value) && value.length === 0) {
      emptyList = true;
      continue;
    }
    const type = typeOfValue(value);
    if (type === undefined || (found !== undefined && type !== found)) return undefined;
    found = type;
  }
  if (!emptyList) return found;
  if (found === undefined) return "number[]";
  return found.endsWith("[]") ? found : undefined;
}

function typeOfValue(value: unknown): Type | undefined {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") {
    return typeof value as Type;
  }
  if (isRecord(value)) return "record";
  if (!Array.isArray(value)) return undefined;
  if (value.every(isRecord)) return "record[]";
  const first = typeof value[0];
  if (first !== "number" && first !== "string") return undefined;
  return value.every((item) => typeof item === first) ? `${first}[]` : undefined;
}

export function isRecord(value: unknown): value is RecordValue {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value if it is finite and within bounds, else undefined; -0 becomes 0, as in JSON. */
export function bounded(value: Value | undefined): Value | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : undefined;
  if (typeof value === "string") return value.length > MAX_LENGTH ? undefined : value;
  if (typeof value !== "object") return value;
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (items.length > MAX_LENGTH) return undefined;
  for (const item of items) {
    if (item === undefined) return undefined;
    if (typeof item === "number" && !Number.isFinite(item)) return undefined;
    if (typeof item === "string" && item.length > MAX_LENGTH) return undefined;
  }
  return value;
}

/** Approximate bytes of a vector in memory; parts that two vectors share count in both. */
export function sizeOf(values: Vector): number {
  let bytes = 32;
  for (let at = 0; at < values.length; at++) bytes += 8 + sizeOfOne(values[at]);
  return bytes;
}

function sizeOfOne(value: unknown): number {
  if (typeof value === "string") return 24 + value.length;
  if (Array.isArray(value)) {
    let bytes = 32;
    for (let at = 0; at < value.length; at++) bytes += 8 + sizeOfOne(value[at]);
    return bytes;
  }
  if (!isRecord(value)) return 0;
  let bytes = 56;
  for (const name of Object.keys(value)) bytes += 24 + sizeOfOne(value[name]);
  return bytes;
}

/** The order of a record's fields does not matter. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let at = 0; at < a.length; at++) if (!equalValues(a[at], b[at])) return false;
    return true;
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && equalValues(a[name], b[name]));
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
let low = 0;
let high = 0;

/** 53 bits over all values; equal vectors of the same type give equal fingerprints. */
export function fingerprint(vector: Vector): number {
  low = 0x2545f491;
  high = 0x6c8e9cf5;
  for (let at = 0; at < vector.length; at++) take(vector[at]);
  low = Math.imul(low ^ (low >>> 15), 0x85ebca6b);
  high = Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return ((low ^ (low >>> 16)) >>> 0) * 2_097_152 + ((high ^ (high >>> 16)) >>> 11);
}

function take(value: unknown): void {
  if (typeof value === "number") {
    if (value === (value | 0)) {
      mix(value);
    } else {
      double[0] = value;
      mix(words[0] as number);
      mix(words[1] as number);
    }
  } else if (typeof value === "string") {
    // Most of the hashed data is text: two simple products over the characters, mixed once.
    let first = value.length ^ 0x51ed270b;
    let second = 0x27d4eb2f;
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      first = Math.imul(first ^ code, 0x01000193);
      second = (Math.imul(second, 0x5bd1e995) + code) | 0;
    }
    mix(first);
    mix(second);
  } else if (typeof value === "boolean") {
    mix(value ? 0x1b873593 : 0x38b34ae5);
  } else if (Array.isArray(value)) {
    mix(value.length ^ 0x165667b1);
    for (let at = 0; at < value.length; at++) take(value[at]);
  } else if (isRecord(value)) {
    mix(0x2f6b4c11);
    for (const name of Object.keys(value).sort()) {
      take(name);
      take(value[name]);
    }
  } else {
    mix(value === undefined ? 0x7ed55d16 : 0x4a1c93e5);
  }
}

function mix(word: number): void {
  low = Math.imul(low ^ word, 0x9e3779b1);
  low = (low << 13) | (low >>> 19);
  high = Math.imul(high + word, 0x85ebca77);
  high = (high << 17) | (high >>> 15);
}
