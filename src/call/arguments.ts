/**
 * A call's arguments, by name or by position, validated against the tool's JSON Schema. Faults are
 * worded so that a model can correct them.
 */
import type { Json } from "../core/json.ts";
import { parameterNames } from "../core/tool.ts";
import type { ArgumentFaults, Arguments, Callable } from "../work/callable.ts";

/** By name, or in the order of the parameters. */
export type Given = Arguments | readonly Json[];

type Parameters = Pick<Callable, "name" | "parameters">;

/** @returns The arguments by name, or the fault as a sentence. */
export function checkArguments(
  faultsOf: ArgumentFaults,
  { name, parameters }: Parameters,
  given: Given,
): { readonly named: Arguments } | { readonly fault: string } {
  const names = parameterNames({ parameters });
  if (isList(given) && given.length > names.length) {
    return { fault: `${name} takes ${names.length} arguments, got ${given.length}.` };
  }
  const named = byName(names, given);
  const faults = [...faultsOf(parameters, named)];
  const unknown = Object.keys(named).filter((each) => !names.includes(each));
  // A schema may allow properties that the function has no parameter for.
  if (faults.length === 0 && unknown.length > 0) {
    faults.push(`expected ${names.join(", ") || "no arguments"}, got also ${unknown.join(", ")}.`);
  }
  return faults.length === 0
    ? { named }
    : { fault: `The arguments of ${name} do not fit: ${faults.join(" ")}` };
}

export function byName(names: readonly string[], given: Given): Arguments {
  if (!isList(given)) return given;
  return Object.fromEntries(given.map((value, at) => [names[at] ?? `p${at}`, value]));
}

/** In the order of the parameters. Missing arguments become null, except at the end: there they stay absent. */
export function byPosition(names: readonly string[], given: Given): readonly Json[] {
  if (isList(given)) return given;
  const last = names.findLastIndex((name) => Object.hasOwn(given, name));
  return names.slice(0, last + 1).map((name) => given[name] ?? null);
}

function isList(given: Given): given is readonly Json[] {
  return Array.isArray(given);
}
