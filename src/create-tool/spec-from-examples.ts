/**
 * Builds a spec from a request's text and examples, by rule: a name from the objective, parameters and
 * types from the examples' values. Values that differ between examples are arguments. One example alone
 * cannot distinguish arguments from constants, so all values are arguments.
 */
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { readSignature } from "../core/text/signature.ts";
import {
  ANY,
  MAX_TYPE_DEPTH,
  type PrimitiveName,
  type Type,
  typeText,
  unionOf,
} from "../core/text/type.ts";
import type { Case, ToolSpec } from "../core/tool.ts";
import { parameterNames } from "./parameter-names.ts";
import { nameOf } from "./tool-name.ts";

/** What a person says of the tool; the rest is derived. */
export interface Wishes {
  readonly name?: string;
  /** Names and types of the parameters, and the type of the result. */
  readonly signature?: string;
}

/** @throws InputError BAD_EXAMPLES if the examples have different numbers of arguments. */
export function specFromExamples(
  objective: string,
  examples: readonly Case[],
  { name: wanted, signature }: Wishes = {},
): ToolSpec {
  const arity = examples[0]?.args.length ?? 0;
  const odd = examples.findIndex(({ args }) => args.length !== arity);
  if (odd !== -1) {
    throw new InputError(
      "BAD_EXAMPLES",
      `Expected every example to take ${arity} arguments as the first one does, example ${odd} takes ` +
        `${examples[odd]?.args.length}. Give all examples the same number.`,
    );
  }
  const cases = [...examples];
  if (signature !== undefined) {
    const name = wanted ?? (nameIn(signature) || nameOf(objective));
    return { name, description: objective, signature, cases };
  }
  const name = wanted ?? nameOf(objective);
  const columns = Array.from({ length: arity }, (_, index) =>
    examples.map(({ args }) => args[index] as Json),
  );
  const names = parameterNames(objective, columns);
  const parameters = columns.map(
    (values, index) => `${names[index]}: ${typeText(typeOfValues(values))}`,
  );
  const result = typeText(typeOfValues(examples.map(({ expected }) => expected)));
  return {
    name,
    description: objective,
    signature: `function ${name}(${parameters.join(", ")}): ${result}`,
    cases,
  };
}

function nameIn(signature: string): string {
  const read = readSignature(signature);
  return read.status === "read" ? read.signature.name : "";
}

/** The type of all values. An empty array gives no information about its elements. */
function typeOfValues(values: readonly Json[], depth = 1): Type {
  const kinds = new Set(values.map(kindOf));
  const [kind, ...others] = [...kinds].sort();
  if (kind === undefined) return ANY;
  if (!kinds.has("array") && !kinds.has("object")) {
    const names = [kind, ...others] as PrimitiveName[];
    return unionOf(names.map((name) => ({ kind: "primitive", name })));
  }
  if (others.length > 0 || depth >= MAX_TYPE_DEPTH) return ANY;
  if (kind === "object") return { kind, fields: [], others: ANY };
  const items = (values as readonly (readonly Json[])[]).flat();
  return { kind: "array", items: typeOfValues(items, depth + 1) };
}

function kindOf(value: Json): PrimitiveName | "array" | "object" {
  if (value === null) return "null";
  return Array.isArray(value)
    ? "array"
    : (typeof value as "string" | "number" | "boolean" | "object");
}
