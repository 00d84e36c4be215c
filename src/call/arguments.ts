/**
 * A call's arguments: given by name or by position, checked against the tool's JSON Schema, with a
 * fault said so that a model can mend it.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { Json } from "../core/json.ts";
import { type JsonSchema, parameterNames } from "../core/tool.ts";
import type { ArgumentFaults, Arguments, Callable } from "../work/callable.ts";

/** By name, or in the order of the parameters. */
export type Given = Arguments | readonly Json[];

type Parameters = Pick<Callable, "name" | "parameters">;

const SHOWN = 5;

/** @returns The arguments by name, or why they are none, in a sentence. */
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
  // A schema may allow what the function has no place for.
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

/** In the order of the parameters. What is left out at the end stays out; JSON has no hole before. */
export function byPosition(names: readonly string[], given: Given): readonly Json[] {
  if (isList(given)) return given;
  const last = names.findLastIndex((name) => Object.hasOwn(given, name));
  return names.slice(0, last + 1).map((name) => given[name] ?? null);
}

function isList(given: Given): given is readonly Json[] {
  return Array.isArray(given);
}

/** Schemas are compiled once each: keep the function for as long as the tools are used. */
export function createArgumentFaults(): ArgumentFaults {
  // Tools come from anywhere: what a schema says beyond the standard is no reason to refuse it.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  formats.default(ajv);
  const compiled = new Map<string, ValidateFunction | undefined>();
  return (schema, given) => {
    const key = JSON.stringify(schema);
    if (!compiled.has(key)) compiled.set(key, compile(ajv, closed(schema)));
    const validate = compiled.get(key);
    if (validate === undefined || validate(given)) return [];
    const faults = (validate.errors ?? []).map(faultOf);
    return [...new Set(faults)].slice(0, SHOWN);
  };
}

/**
 * What a function has no parameter for would be lost without a word: it is a fault. The schema's own
 * name and dialect do not matter here.
 */
function closed({ $id, $schema, ...schema }: JsonSchema): object {
  const plain = ["allOf", "anyOf", "oneOf", "$ref"].every((word) => schema[word] === undefined);
  return {
    type: "object",
    ...(plain && schema.properties !== undefined ? { additionalProperties: false } : {}),
    ...schema,
  };
}

/** @returns undefined for a schema that is none: then the tool itself has to look. */
function compile(ajv: Ajv2020, schema: object): ValidateFunction | undefined {
  try {
    return ajv.compile(schema);
  } catch {
    // A tool whose schema does not compile can still be called; its own code decides.
    return undefined;
  }
}

function faultOf({ instancePath, keyword, message = "does not fit", params }: ErrorObject): string {
  const at = instancePath === "" ? "arguments" : instancePath.slice(1).replaceAll("/", ".");
  if (keyword === "additionalProperties") {
    return `${at}: there is no parameter "${String(params.additionalProperty)}".`;
  }
  if (keyword === "enum") return `${at}: expected one of ${JSON.stringify(params.allowedValues)}.`;
  return `${at}: ${message}.`;
}
