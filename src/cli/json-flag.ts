/** Flags whose value is JSON. */
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";

/** @throws InputError USAGE */
export function parseArguments(text: string): readonly Json[] | { readonly [name: string]: Json } {
  const value = parsed(text);
  if (value !== undefined && value !== null && typeof value === "object") return value;
  throw new InputError(
    "USAGE",
    `Expected --args as a JSON array of arguments, or an object by name, got ${text.slice(0, 80)}.`,
  );
}

/** @throws InputError USAGE */
export function parseJson(flag: string, text: string): Json {
  const value = parsed(text);
  if (value !== undefined) return value;
  throw new InputError(
    "USAGE",
    `Expected ${flag} as JSON (a text in quotes, e.g. '"abc"'), got ${text.slice(0, 80)}.`,
  );
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
