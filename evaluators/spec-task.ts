/**
 * A task made of a spec's cases: each output is compared with the expected value. A fitness of 1
 * means that every case is exactly right; `similarity` gives the gradient below 1.
 */
import { InputError } from "../src/core/errors.ts";
import { Limits } from "../src/core/execution.ts";
import type { Json } from "../src/core/json.ts";
import { present } from "../src/core/present.ts";
import type {
  Kernel,
  KernelFeature,
  KernelParameter,
  Task,
  TaskInstance,
  ValueType,
} from "../src/core/task.ts";
import { schemaOfType } from "../src/core/text/schema.ts";
import { parametersSchema } from "../src/core/text/signature.ts";
import type { Case, JsonSchema, ToolSpec } from "../src/core/tool.ts";
import { caseVerdict } from "./correctness.ts";
import { declaredNames, parseProgram } from "./program.ts";
import { nestedListNotes, signatureOf, valueType } from "./signature.ts";
import { checkCases, splitCases } from "./spec-cases.ts";

export interface SpecTask extends Task {
  /** Sentences for the user about how the spec was interpreted. */
  readonly notes: readonly string[];
}

/** What the trivial seed program returns, by type. */
const TRIVIAL_RESULT: Readonly<Record<ValueType, string>> = {
  number: "0",
  boolean: "false",
  string: '""',
  "number[]": "[]",
  "string[]": "[]",
  unknown: "null",
};

/**
 * @returns A task without a harness: each instance's input is the candidate's argument list. All
 *   cases run at once, there is no validation split, and `sealed` are the held-out cases.
 * @throws InputError BAD_SPEC naming the field, the case or the seed that is invalid.
 */
export function specTask(spec: ToolSpec): SpecTask {
  const signature = signatureOf(spec);
  checkCases(spec, signature);
  const { train, sealed, notes } = splitCases(spec);
  const tolerance = spec.tolerance ?? 0;
  const instances: Readonly<Record<string, readonly TaskInstance[]>> = {
    train: train.map(instanceOf),
    sealed: sealed.map(instanceOf),
  };
  const parameters = signature.parameters.map((parameter, index) => ({
    name: parameter.name,
    type: typeOf(schemaOfType(parameter.type), propertyOf(spec.parameters, parameter.name)),
    ...rangeOf(spec.parameters, parameter.name, train, index),
  }));
  const schemas = {
    parameters: spec.parameters ?? parametersSchema(signature),
    result: spec.result ?? schemaOfType(signature.result),
  };
  const result = valueType(schemaOfType(signature.result));
  const language = unparsedLanguage(spec);
  const uses = present({ uses: spec.uses });

  return {
    name: spec.name,
    spec: { name: spec.name, description: spec.description, signature: spec.signature },
    notes: [...notes, ...nestedListNotes(signature)],
    kernel: {
      entry: signature.name,
      parameters,
      result,
      features: featuresOf(parameters),
      ...seedsOf(spec, signature.name, parameters, result),
    },
    limits: Limits.parse(spec.limits ?? {}),
    ...present({ language }),
    ...uses,
    instances: (split) => instances[split] ?? [],
    quick: train.length,
    score: (execution, { expected = null }) => {
      // A wrong result gets at most half the score of a correct one: otherwise a search prefers
      // programs that are almost right on every case and right on none.
      const { passed, similarity } = caseVerdict(execution, expected, tolerance);
      return { status: "scored", score: passed ? 1 : similarity / 2 };
    },
    target: 1,
    resolution: 1e-6,
    figure: { unit: "of 1" },
    measures: (scores) => ({
      passedCases: scores.filter((score) => score === 1).length,
      cases: scores.length,
    }),
    labels: { passedCases: "cases exactly right", cases: "cases" },
    publish: (source) => ({
      language: language ?? languageOf(source),
      source,
      entry: signature.name,
    }),
    tool: (source) => ({
      name: spec.name,
      description: spec.description,
      signature: spec.signature,
      ...schemas,
      language: language ?? languageOf(source),
      source,
      entry: signature.name,
      ...usesIn(spec, source),
      ...present({ capabilities: spec.capabilities }),
    }),
  };
}

/** Only the tools that the program names: otherwise it would depend on tools that it never calls. */
function usesIn({ uses = [] }: ToolSpec, source: string): Pick<ToolSpec, "uses"> {
  const named = uses.filter(({ name }) => source.includes(name));
  return named.length === 0 ? {} : { uses: named };
}

function instanceOf({ args, expected }: Case): TaskInstance {
  return { input: args, expected };
}

/** The type in the signature; the spec's own JSON Schema only if the signature gives no type. */
function typeOf(signature: JsonSchema, own: JsonSchema = {}): ValueType {
  const known = valueType(signature);
  return known === "unknown" ? valueType(own) : known;
}

/** The schema's bounds; if it has none, the smallest and largest number in the training cases. */
function rangeOf(
  schema: JsonSchema | undefined,
  name: string,
  cases: readonly Case[],
  index: number,
): Pick<KernelParameter, "range"> {
  const property = propertyOf(schema, name);
  const seen = cases.map(({ args }) => args[index]).filter((value) => typeof value === "number");
  const low = typeof property?.minimum === "number" ? property.minimum : Math.min(...seen);
  const high = typeof property?.maximum === "number" ? property.maximum : Math.max(...seen);
  return low < high && Number.isFinite(high - low) ? { range: [low, high] } : {};
}

function propertyOf(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  const properties = schema?.properties as { readonly [key: string]: Json } | undefined;
  const property = Object.hasOwn(properties ?? {}, name) ? properties?.[name] : undefined;
  if (property === null || typeof property !== "object" || Array.isArray(property))
    return undefined;
  return property as JsonSchema;
}

function featuresOf(parameters: readonly KernelParameter[]): KernelFeature[] {
  return parameters
    .filter(({ type }) => type === "string" || type.endsWith("[]"))
    .map(({ name }) => ({ source: `${name}.length`, type: "number" }));
}

/**
 * The trivial program, then the spec's own seeds; without such seeds, one program for each parameter
 * of the result's type, which returns that parameter.
 */
function seedsOf(
  spec: ToolSpec,
  entry: string,
  parameters: readonly KernelParameter[],
  result: ValueType,
): Pick<Kernel, "seeds" | "placeholders"> {
  const names = parameters.map(({ name }) => name).join(", ");
  const language = unparsedLanguage(spec);
  if (language !== undefined) {
    const seeds = [trivialProgram(language, entry, names, result), ...(spec.seeds ?? [])];
    return { seeds, placeholders: 1 };
  }
  const returning = (value: string): string =>
    `function ${entry}(${names}) {\n  return ${value};\n}`;
  const trivial = returning(TRIVIAL_RESULT[result]);
  if (spec.seeds !== undefined && spec.seeds.length > 0) {
    for (const [index, seed] of spec.seeds.entries()) checkSeed(seed, index, entry);
    return { seeds: [trivial, ...spec.seeds], placeholders: 1 };
  }
  const seeds = [
    trivial,
    ...parameters.filter(({ type }) => type === result).map(({ name }) => returning(name)),
  ];
  return { seeds, placeholders: seeds.length };
}

/** Languages that the engine does not parse. */
function unparsedLanguage({ language }: ToolSpec): "python" | "shell" | undefined {
  return language === "python" || language === "shell" ? language : undefined;
}

function trivialProgram(
  language: "python" | "shell",
  name: string,
  parameters: string,
  result: ValueType,
): string {
  const value = TRIVIAL_RESULT[result];
  if (language === "shell") return `echo '${value}'\n`;
  const python = { false: "False", null: "None" }[value] ?? value;
  return `def ${name}(${parameters}):\n    return ${python}\n`;
}

function checkSeed(seed: string, index: number, entry: string): void {
  const parsed = parseProgram(seed);
  const problem =
    parsed.status === "failed"
      ? `got a program that does not parse: ${parsed.reason}`
      : declaredNames(parsed.tree).includes(entry)
        ? undefined
        : "got one that does not";
  if (problem === undefined) return;
  throw new InputError(
    "BAD_SPEC",
    `seeds[${index}]: expected a program that defines the function ${entry}, ${problem}.`,
    { facts: { field: `seeds[${index}]` } },
  );
}

function languageOf(source: string): "javascript" | "typescript" {
  const parsed = parseProgram(source);
  return parsed.status === "parsed" ? parsed.language : "typescript";
}
