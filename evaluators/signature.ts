/**
 * Parses a spec's signature and checks that a tool with it can be called with JSON arguments.
 */
import { InputError } from "../src/core/errors.ts";
import type { Json } from "../src/core/json.ts";
import type { ValueType } from "../src/core/task.ts";
import { readSignature, type Signature } from "../src/core/text/signature.ts";
import { ANY, type ForeignType, foreignIn } from "../src/core/text/type.ts";
import type { JsonSchema, ToolSpec } from "../src/core/tool.ts";

/**
 * @returns A signature with a name and a result type; `unknown` if the text gives no result type.
 * @throws InputError BAD_SPEC with the position if it cannot be parsed, has rest parameters, or has
 *   a type whose values JSON cannot represent and for which the spec gives no schema.
 */
export function signatureOf(
  spec: Pick<ToolSpec, "signature" | "parameters" | "result">,
): Signature & {
  readonly result: NonNullable<Signature["result"]>;
} {
  const { signature: text, parameters, result } = spec;
  const read = readSignature(text);
  if (read.status === "unreadable") throw unreadable(text, read.at, read.reason);
  const { signature } = read;
  if (signature.name === "") throw unreadable(text, 0, "expected the function's name, got none");
  const rest = signature.parameters.find((parameter) => parameter.rest);
  if (rest !== undefined) {
    const reason = `expected parameters that take one argument each, got ...${rest.name}`;
    throw unreadable(text, text.indexOf("..."), `${reason}; take an array instead`);
  }
  const types = [
    ...(parameters === undefined ? signature.parameters.map(({ type }) => type) : []),
    ...(result === undefined ? [signature.result ?? ANY] : []),
  ];
  const foreign = types.map(foreignIn).find((found) => found !== undefined);
  if (foreign !== undefined) throw unreadable(text, foreign.at, foreignReason(foreign));
  return { ...signature, result: signature.result ?? ANY };
}

/** Advice for unsupported types, by the name that the type starts with. */
const ADVICE: Readonly<Record<string, string>> = {
  Date: "write string, and say in the description how a date is written",
  Map: "write Record<string, T>",
  Set: "write T[]",
  Promise: "only the whole result can be a promise",
  bigint: "write number, or string for more digits",
  undefined: "write null, or mark an optional parameter as in `name?: T`",
  void: "write null",
};

function foreignReason({ text }: ForeignType): string {
  const name = /^[\w$]*/.exec(text)?.[0] ?? "";
  const isList = /^(?:Big)?(?:Ui|I)nt\d+\w*Array$|^Float\d+Array$/.test(name);
  const advice = text.includes("=>")
    ? "JSON cannot represent functions"
    : (ADVICE[name] ?? (isList ? "write number[]" : "write the type out, as in { x: number }"));
  return `expected a type of JSON values, got ${text}; ${advice}`;
}

/** The corresponding type for typed mutation. */
export function valueType({ type, items }: JsonSchema): ValueType {
  switch (type) {
    case "number":
    case "integer":
      return "number";
    case "boolean":
    case "string":
      return type;
    case "array":
      return listType(items);
    default:
      return "unknown";
  }
}

function listType(items: Json | undefined): ValueType {
  if (items === null || typeof items !== "object" || Array.isArray(items)) return "unknown";
  const inner = valueType(items as JsonSchema);
  return inner === "number" || inner === "string" ? `${inner}[]` : "unknown";
}

const LISTS: ReadonlySet<string> = new Set(["array", "tuple"]);

/** Sentences on what the search without a model cannot take apart, and what to do. */
export function nestedListNotes({ parameters, result }: Signature): readonly string[] {
  const places = [...parameters, { name: "the result", type: result ?? ANY }];
  return places
    .filter(({ type }) => type.kind === "array" && LISTS.has(type.items.kind))
    .map(
      ({ name }) =>
        `${name}: the search without a model does not support nested lists as results, and reads ` +
        "nested arguments only as a whole (all elements, counts, depth). Use a flat list and the " +
        "length of its rows, or configure a model (TOOLWRIGHT_MODEL).",
    );
}

function unreadable(text: string, at: number, reason: string): InputError {
  const got = JSON.stringify(text.slice(0, 120));
  return new InputError(
    "BAD_SPEC",
    "signature: expected TypeScript such as `function name(a: number, b: string[]): number`, got " +
      `${got}: at character ${at + 1}, ${reason}.`,
    { facts: { field: "signature", at } },
  );
}
