/** Flags whose value is JSON. */
import { InputError } from "../core/errors.ts";
import { type Json, parseJson } from "../core/json.ts";

/** @throws InputError USAGE */
export function parseArguments(text: string): readonly Json[] | { readonly [name: string]: Json } {
  const wanted = "--args as a JSON array of arguments, or an object by name";
  const value = parsed(wanted, text);
  if (value !== null && typeof value === "object") return value;
  throw misfit(wanted, text);
}

/** @throws InputError USAGE */
export function parseJsonFlag(flag: string, text: string): Json {
  return parsed(`${flag} as JSON (a text in quotes, e.g. '"abc"')`, text);
}

function parsed(wanted: string, text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw misfit(wanted, text, error as Error);
  }
}

function misfit(wanted: string, text: string, cause?: Error): InputError {
  const why = cause === undefined ? "" : `: ${cause.message}`;
  const message = `Expected ${wanted}, got ${text.slice(0, 80)}${why}.`;
  return new InputError("USAGE", message, { cause });
}
