/**
 * Reads and writes the signature of a function in TypeScript: `function f(a: number, b?: string[]): number`,
 * the same without `function`, or of an arrow function `(a: number) => number`.
 */
import { parameterNameFault, toolNameFault } from "../names.ts";
import type { JsonSchema } from "../tool.ts";
import { type Cursor, cursorOf, TypeSyntaxError } from "./cursor.ts";
import { withoutUndefined } from "./read-brackets.ts";
import { readType, readTypeParameters } from "./read-type.ts";
import { schemaOfType, typeOfSchema } from "./schema.ts";
import { ANY, isIdentifier, type Type, typeText } from "./type.ts";

export interface Parameter {
  readonly name: string;
  /** For a rest parameter, the type of the array. `any` if it has no annotation. */
  readonly type: Type;
  /** Marked by "?", or with a default, or a rest parameter. */
  readonly optional: boolean;
  readonly rest: boolean;
}

export interface Signature {
  /** Empty for an arrow function. */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** For a promise, the type of its value; absent without an annotation. */
  readonly result?: Type;
  /** The result is a promise. */
  readonly later: boolean;
}

export type ReadSignature =
  | { readonly status: "read"; readonly signature: Signature; readonly end: number }
  /** `at`: index from 0 of the character at which something else was expected. */
  | { readonly status: "unreadable"; readonly at: number; readonly reason: string };

const LONGEST = 20_000;

/** The whole text as a signature; an empty body or a semicolon may follow. */
export function readSignature(text: string): ReadSignature {
  return read(text, (cursor) => {
    const signature = signatureOf(cursor);
    if (cursor.accept("{")) cursor.expect("}", "write the signature without a body");
    cursor.accept(";");
    if (cursor.peek().kind !== "end") cursor.fail("the end of the signature");
    return signature;
  });
}

/** A signature at the beginning of a text; `end` is the position after it. */
export function readSignatureAt(text: string): ReadSignature {
  return read(text, signatureOf);
}

function read(text: string, parse: (cursor: Cursor) => Signature): ReadSignature {
  if (text.length > LONGEST) {
    const reason = `expected at most ${LONGEST} characters, got ${text.length}`;
    return { status: "unreadable", at: 0, reason };
  }
  const cursor = cursorOf(text);
  try {
    const signature = parse(cursor);
    return { status: "read", signature, end: cursor.end() };
  } catch (error) {
    if (error instanceof TypeSyntaxError) {
      return { status: "unreadable", at: error.at, reason: error.message };
    }
    throw error;
  }
}

function signatureOf(cursor: Cursor): Signature {
  cursor.accept("export");
  cursor.accept("declare");
  if (cursor.peek().text === "async") {
    cursor.fail("a synchronous function", "async functions are not supported");
  }
  const isFunction = cursor.accept("function");
  if (cursor.peek().text === "*") {
    cursor.fail("a synchronous function", "generator functions are not supported");
  }
  const name =
    isFunction || cursor.peek().kind === "name"
      ? nameOf(cursor, "a function's name", toolNameFault)
      : "";
  if (cursor.peek().text === "<") readTypeParameters(cursor);
  const parameters = parametersOf(cursor);
  const hasResult = cursor.accept(":") || cursor.accept("=>");
  if (!hasResult) return { name, parameters, later: false };
  if (cursor.peek().text !== "Promise")
    return { name, parameters, result: readType(cursor), later: false };
  cursor.take();
  cursor.expect("<", "write the type of the promise's value, as in Promise<string>");
  const result = readType(cursor);
  cursor.expect(">");
  return { name, parameters, result, later: true };
}

function nameOf(
  cursor: Cursor,
  expected: string,
  faultOf: (name: string) => string | undefined,
): string {
  const { kind, text } = cursor.peek();
  if (kind !== "name") cursor.fail(expected);
  const fault = faultOf(text);
  if (fault !== undefined) cursor.fail(expected, fault);
  return cursor.take().text;
}

function parametersOf(cursor: Cursor): readonly Parameter[] {
  const parameters: Parameter[] = [];
  cursor.expect("(");
  while (!cursor.accept(")")) {
    const { at } = cursor.peek();
    const parameter = parameterOf(cursor);
    if (parameters.some(({ name }) => name === parameter.name)) {
      throw new TypeSyntaxError(at, `expected unique names, got ${parameter.name} twice`);
    }
    parameters.push(parameter);
    if (parameter.rest || !cursor.accept(",")) {
      cursor.expect(")", "write a name and a type for every parameter, separated by commas");
      break;
    }
  }
  return parameters;
}

function parameterOf(cursor: Cursor): Parameter {
  const rest = cursor.accept("...");
  const { text } = cursor.peek();
  if (text === "{" || text === "[") {
    cursor.fail("a parameter's name", "write a name instead of a destructured parameter");
  }
  const name = nameOf(cursor, 'a parameter\'s name or ")"', parameterNameFault);
  const marked = cursor.accept("?");
  const declared = cursor.accept(":") ? readType(cursor) : ANY;
  const hasDefault = cursor.accept("=");
  if (hasDefault) cursor.skipTo([",", ")"]);
  const optional = rest || marked || hasDefault;
  return { name, type: optional ? withoutUndefined(declared) : declared, optional, rest };
}

/** The JSON Schema of an object; its properties are the parameters in order. */
export function parametersSchema({ parameters }: Signature): JsonSchema {
  return {
    type: "object",
    properties: Object.fromEntries(parameters.map(({ name, type }) => [name, schemaOfType(type)])),
    required: parameters.filter(({ optional }) => !optional).map(({ name }) => name),
    additionalProperties: false,
  };
}

/**
 * The signature of a function whose parameters are the properties of this schema. If a name cannot be
 * a parameter's name, the function takes one object with all of them.
 */
export function signatureText(name: string, parameters: JsonSchema, result: JsonSchema): string {
  const type = typeOfSchema({ ...parameters, type: "object" });
  const fields = type.kind === "object" ? type.fields : [];
  const named = fields.every(
    (field) => isIdentifier(field.name) && parameterNameFault(field.name) === undefined,
  );
  const list = named
    ? fields.map((field) => `${field.name}${field.optional ? "?" : ""}: ${typeText(field.type)}`)
    : [`given: ${typeText(type)}`];
  return `function ${name}(${list.join(", ")}): ${typeText(typeOfSchema(result))}`;
}
