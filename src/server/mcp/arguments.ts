/**
 * Named arguments as outsiders send them, checked against a tool's JSON Schema, in the order in which
 * its function takes them.
 */
import { createArgumentFaults } from "../../call/argument-faults.ts";
import type { Json } from "../../core/json.ts";
import { parameterNames, type Tool } from "../../core/tool.ts";

export type CheckedArguments =
  | { readonly ok: true; readonly args: readonly Json[] }
  /** Sentences: what was expected, where. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Schemas are compiled once each: keep the function for as long as tools are called. */
export function argumentChecker() {
  const faultsOf = createArgumentFaults();

  return (tool: Tool, named: { readonly [name: string]: Json }): CheckedArguments => {
    const names = parameterNames(tool);
    const problems = faultsOf(tool.parameters, named);
    if (problems.length > 0) return { ok: false, problems };
    // A schema may allow what the function has no place for.
    const unknown = Object.keys(named).filter((name) => !names.includes(name));
    if (unknown.length > 0) {
      const expected = names.join(", ") || "no arguments";
      return { ok: false, problems: [`expected ${expected}, got also ${unknown.join(", ")}.`] };
    }
    // What is left out at the end is left to the function's defaults; JSON has no hole in the middle.
    const last = names.findLastIndex((name) => Object.hasOwn(named, name));
    return { ok: true, args: names.slice(0, last + 1).map((name) => named[name] ?? null) };
  };
}
