/**
 * The stored format of an event's body: canonical JSON text of any value. Values that JSON cannot
 * express are marked instead of lost, and long strings are stored separately, once each.
 *
 * Input: any value. Output: text that `JSON.parse` reads; for plain JSON it equals `canonicalJson`.
 * Nothing here throws for a value that the engine can pass.
 */
import { digestText } from "../../core/digest.ts";
import { isInlineImage } from "../../core/image.ts";
import type { Json } from "../../core/json.ts";

/** Strings longer than this many UTF-16 units are stored outside of their event, as are the bytes of all images. */
const BODY_CHARACTERS = 4_096;

/** Deeper values are marked, because `JSON.parse` and the readers are recursive. */
const MAX_DEPTH = 200;

/** A long string and its position. `path` holds keys and indexes from the root. */
export interface Body {
  readonly path: readonly (string | number)[];
  readonly digest: string;
  readonly text: string;
}

/** The position of a long string, as stored with the event. */
export type BodyReference = readonly [path: readonly (string | number)[], digest: string];

/**
 * Canonical text of a value: keys sorted by code unit, no spaces.
 *
 * Marked: NaN and the infinities `{"$num": "NaN"}`, bigint `{"$bigint": "1"}`, errors
 * `{"$error": "TypeError: ..."}`, maps `{"$map": [[k, v]]}`, sets `{"$set": [...]}`, bytes
 * `{"$bytes": base64}`, functions and symbols `{"$type": "function"}`, cycles and more than 200
 * levels `{"$cut": "..."}`. Dates are ISO text. Properties whose value is undefined are absent;
 * undefined elsewhere is null.
 */
export function recordText(value: unknown): string {
  return textOf(value, 0);
}

function textOf(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "number":
      return Number.isFinite(value) ? JSON.stringify(value) : `{"$num":"${value}"}`;
    case "undefined":
      return "null";
    case "bigint":
      return `{"$bigint":"${value}"}`;
    case "function":
    case "symbol":
      return `{"$type":"${typeof value}"}`;
    case "object":
      break;
  }
  if (value === null) return "null";
  // A cycle has unlimited depth, so this limit covers cycles too.
  if (depth >= MAX_DEPTH) return `{"$cut":"deeper than ${MAX_DEPTH} levels"}`;
  if (Array.isArray(value)) return listText(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const special = specialText(value, depth);
    if (special !== undefined) return special;
  }
  return objectText(value as Readonly<Record<string, unknown>>, depth);
}

function listText(items: readonly unknown[], depth: number): string {
  let text = "[";
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ",";
    text += textOf(items[index], depth + 1);
  }
  return `${text}]`;
}

function objectText(value: Readonly<Record<string, unknown>>, depth: number): string {
  const keys = Object.keys(value).sort();
  let text = "{";
  for (const key of keys) {
    const item = value[key];
    if (item === undefined) continue;
    if (text.length > 1) text += ",";
    text += `${JSON.stringify(key)}:${textOf(item, depth + 1)}`;
  }
  return `${text}}`;
}

function specialText(value: object, depth: number): string | undefined {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? '{"$num":"NaN"}' : JSON.stringify(value.toISOString());
  }
  if (value instanceof Error) {
    return objectText({ $error: `${value.name}: ${value.message}` }, depth);
  }
  if (value instanceof Map) return objectText({ $map: [...value] }, depth);
  if (value instanceof Set) return objectText({ $set: [...value] }, depth);
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return objectText({ $bytes: bytes.toString("base64") }, depth);
  }
  return undefined;
}

/**
 * Removes the long strings from a body.
 *
 * @param text The result of `recordText`.
 * @returns The text to store in the event (long strings emptied) and the strings, in order of keys.
 *   Strings with lone surrogates stay inline: UTF-8 cannot represent them, JSON escapes can.
 */
export function takeBodies(text: string): {
  readonly text: string;
  readonly bodies: readonly Body[];
} {
  if (text.length <= BODY_CHARACTERS && !text.includes('"type":"image"')) {
    return { text, bodies: [] };
  }
  const bodies: Body[] = [];
  const slim = emptied(JSON.parse(text) as Json, [], bodies);
  return bodies.length === 0 ? { text, bodies } : { text: recordText(slim), bodies };
}

function emptied(value: Json, path: readonly (string | number)[], bodies: Body[]): Json {
  if (typeof value === "string") {
    if (value.length <= BODY_CHARACTERS || !value.isWellFormed()) return value;
    return taken(value, path, bodies);
  }
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    return value.map((item: Json, index) => emptied(item, [...path, index], bodies));
  }
  const image = isInlineImage(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      image && key === "data"
        ? taken(String(item), [...path, key], bodies)
        : emptied(item, [...path, key], bodies),
    ]),
  );
}

function taken(value: string, path: Body["path"], bodies: Body[]): string {
  bodies.push({ path, digest: digestText(value), text: value });
  return "";
}

/**
 * Puts the long strings back, in place.
 *
 * @param body Returns the text of a digest.
 * @throws TypeError if a path does not exist in `data`.
 */
export function restoreBodies(
  data: Json,
  references: readonly BodyReference[],
  body: (digest: string) => string,
): Json {
  let root = data;
  for (const [path, digest] of references) {
    const last = path.at(-1);
    if (last === undefined) {
      root = body(digest);
      continue;
    }
    let holder: unknown = root;
    for (const key of path.slice(0, -1)) holder = Reflect.get(holder as object, key);
    // Not an assignment, because a key may be `__proto__`.
    Object.defineProperty(holder, last, {
      value: body(digest),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return root;
}
