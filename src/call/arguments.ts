/**
 * A call's arguments, by name or by position, validated against the tool's JSON Schema. Faults are
 * worded so that a model can correct them.
 */
import type { Json } from "../core/json.ts";
import { mismatchOf } from "../core/text/mismatch.ts";
import { typeOfSchema } from "../core/text/schema.ts";
import { parameterNames, type Tool } from "../core/tool.ts";
import type { ArgumentFaults, Arguments, Callable } from "../work/callable.ts";

/** By name, or in the order of the parameters. */
export type Given = Arguments | readonly Json[];

type Parameters = Pick<Callable, "name" | "parameters" | "tool">;

/** @returns The arguments by name, or the fault as a sentence. */
export function checkArguments(
  faultsOf: ArgumentFaults,
  { name, parameters, tool }: Parameters,
  given: Given,
): { readonly named: Arguments } | { readonly fault: string } {
  const names = parameterNames({ parameters });
  if (isList(given) && given.length > names.length) {
    return { fault: `${name} takes ${names.length} arguments, got ${given.length}.` };
  }
  const named = byName(names, given);
  const faults = [...faultsOf(parameters, named)];
  const unknown = Object.keys(named).filter((each) => !names.includes(each));
  // A schema may allow properties that a function has no parameter for.
  if (!takesByName(tool) && faults.length === 0 && unknown.length > 0) {
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
  return names
    .slice(0, last + 1)
    .map((name) => (Object.hasOwn(given, name) ? (given[name] ?? null) : null));
}

/** Whether the arguments reach the tool by name, as one object; all others get them in order. */
function takesByName(tool: Pick<Tool, "language"> | undefined): boolean {
  return tool?.language === "mcp";
}

/** Why a tool's own types refuse a list of arguments, without a full stop; undefined if they do not. */
export function positionalFault(
  { parameters }: Pick<Tool, "parameters">,
  input: readonly Json[],
): string | undefined {
  const wanted = typeOfSchema(parameters);
  if (wanted.kind !== "object") return undefined;
  const { fields } = wanted;
  const least = fields.findLastIndex(({ optional }) => !optional) + 1;
  if (input.length < least || input.length > fields.length) {
    return `it takes ${fields.length} arguments, not ${input.length}`;
  }
  for (const [at, { name, type, optional }] of fields.entries()) {
    const value = input[at];
    if (value === undefined || (value === null && optional)) continue;
    const misfit = mismatchOf(type, value);
    if (misfit === undefined) continue;
    const text = JSON.stringify(misfit.got ?? null).slice(0, 60);
    return `its parameter ${name}${misfit.path} takes ${misfit.expected}, not ${text}`;
  }
  return undefined;
}

/**
 * The input of one run. In a list, null stands for an omitted argument where the schema wants no null.
 */
export function inputOf(
  tool: Pick<Tool, "language" | "parameters">,
  given: Given,
): readonly Json[] {
  const names = parameterNames(tool);
  if (!takesByName(tool)) return byPosition(names, given);
  // Too many for their names: such a tool refuses a list.
  if (!isList(given) || given.length > names.length) return [given];
  const wanted = typeOfSchema(tool.parameters);
  const fields = wanted.kind === "object" ? wanted.fields : [];
  const omitted = fields.filter(
    ({ type, optional }, at) =>
      optional && given[at] === null && mismatchOf(type, null) !== undefined,
  );
  const known = omitted.map(({ name }) => name);
  const entries = Object.entries(byName(names, given)).filter(([name]) => !known.includes(name));
  return [Object.fromEntries(entries)];
}

function isList(given: Given): given is readonly Json[] {
  return Array.isArray(given);
}
