/**
 * References in a plan: `{"$from": "s1.items[0]"}` stands for a part of the result of step `s1`. It is
 * an object, not a string, so that text from a person or a tool is never read as a reference.
 */
import type { Json } from "../core/json.ts";

export interface Reference {
  /** Id of the step. */
  readonly step: string;
  /** Property names and indices into the result; empty: the whole result. */
  readonly path: readonly (string | number)[];
}

const SHAPE = /^([A-Za-z_]\w*)((?:\.[A-Za-z_$][\w$-]*|\[\d+\]|\["[^"]*"\])*)$/;
const PART = /\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\["([^"]*)"\]/g;

/** Parses a `$from`; undefined if the syntax is wrong. */
export function parseReference(text: string): Reference | undefined {
  const match = SHAPE.exec(text.trim());
  if (match === null) return undefined;
  const path = [...(match[2] ?? "").matchAll(PART)].map(([, name, index, quoted]) =>
    index === undefined ? (name ?? quoted ?? "") : Number(index),
  );
  return { step: match[1] ?? "", path };
}

/** Every `$from` in a value, as written. */
export function referencesIn(value: Json): readonly string[] {
  if (value === null || typeof value !== "object") return [];
  const from = fromOf(value);
  if (from !== undefined) return [from];
  return Object.values(value).flatMap((part) => referencesIn(part as Json));
}

/** Why parts of a value are no references although their author meant them as such. */
export function referenceFaults(value: Json): readonly string[] {
  if (value === null || typeof value !== "object") return [];
  if (!Object.hasOwn(value, "$from")) {
    return Object.values(value).flatMap((part) => referenceFaults(part as Json));
  }
  const from = fromOf(value);
  if (from === undefined) {
    return [
      `${JSON.stringify(value)} is no reference. Write {"$from": "id"}, with no other key and with text as its value.`,
    ];
  }
  return parseReference(from) === undefined
    ? [`"${from}" is no reference. Write "id", "id.field" or "id[0]".`]
    : [];
}

/** The texts, numbers and booleans in a value, outside of references. */
export function literalsIn(value: Json): readonly Json[] {
  if (value === null) return [];
  if (typeof value !== "object") return [value];
  if (Object.hasOwn(value, "$from")) return [];
  return Object.values(value).flatMap((part) => literalsIn(part as Json));
}

export type Resolved =
  | { readonly status: "resolved"; readonly value: Json }
  | { readonly status: "unresolved"; readonly reason: string };

/** The value with each reference replaced by the value it refers to. */
export function resolveReferences(value: Json, results: ReadonlyMap<string, Json>): Resolved {
  let fault: string | undefined;
  const at = (part: Json): Json => {
    if (part === null || typeof part !== "object") return part;
    const from = fromOf(part);
    if (from !== undefined) {
      const found = lookUp(from, results);
      if (found.status === "resolved") return found.value;
      fault ??= found.reason;
      return null;
    }
    if (Array.isArray(part)) return part.map((each) => at(each as Json));
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, at(each as Json)]));
  };
  const resolved = at(value);
  return fault === undefined
    ? { status: "resolved", value: resolved }
    : { status: "unresolved", reason: fault };
}

function lookUp(text: string, results: ReadonlyMap<string, Json>): Resolved {
  const reference = parseReference(text);
  if (reference === undefined)
    return { status: "unresolved", reason: `"${text}" is not a reference.` };
  let value = results.get(reference.step);
  if (value === undefined) {
    return { status: "unresolved", reason: `Step ${reference.step} has no result.` };
  }
  for (const part of reference.path) {
    const next: Json | undefined =
      value !== null && typeof value === "object" && Object.hasOwn(value, part)
        ? (Reflect.get(value, part) as Json)
        : undefined;
    if (next === undefined) {
      return {
        status: "unresolved",
        reason: `The result of ${reference.step} has no ${JSON.stringify(part)} where ${text} looks for it.`,
      };
    }
    value = next;
  }
  return { status: "resolved", value };
}

function fromOf(value: object): string | undefined {
  const from: unknown = Object.hasOwn(value, "$from") ? Reflect.get(value, "$from") : undefined;
  return typeof from === "string" && Object.keys(value).length === 1 ? from : undefined;
}
