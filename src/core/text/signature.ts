/**
 * A function's signature as TypeScript writes it, read and written: `function f(a: number, b?: string[]): number`,
 * the same without `function`, or an arrow's `(a: number) => number`.
 */
import type { JsonSchema } from "../tool.ts";
import { type Cursor, cursorOf, Unreadable } from "./cursor.ts";
import { withoutUndefined } from "./read-brackets.ts";
import { readType, readTypeParameters } from "./read-type.ts";
import { schemaOfType, typeOfSchema } from "./schema.ts";
import { ANY, isIdentifier, type Type, typeText } from "./type.ts";

export interface Parameter {
  readonly name: string;
  /** Of a rest parameter the array's. `any` where nothing is said. */
  readonly type: Type;
  /** It may be left out: it is marked so, has a default or takes the rest. */
  readonly optional: boolean;
  /** It takes all further arguments. */
  readonly rest: boolean;
}

export interface Signature {
  /** Empty for an arrow. */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Of a promise what it gives; absent where nothing is said. */
  readonly result?: Type;
  /** The result is a promise. */
  readonly later: boolean;
}

export type ReadSignature =
  | { readonly status: "read"; readonly signature: Signature; readonly end: number }
  /** `at`: the character, counted from 0, at which something else was expected. */
  | { readonly status: "unreadable"; readonly at: number; readonly reason: string };

const LONGEST = 20_000;

const RESERVED: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export " +
    "extends false finally for function if implements import in instanceof interface let new null package " +
    "private protected public return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);

/** The whole text as a signature; an empty body or a semicolon may follow. */
export function readSignature(text: string): ReadSignature {
  return read(text, (cursor) => {
    const signature = signatureOf(cursor);
    if (cursor.has("{")) cursor.need("}", "give the signature without a body");
    cursor.has(";");
    if (cursor.peek().kind !== "end") cursor.fail("the end of the signature");
    return signature;
  });
}

/** A signature at the beginning of a text; `end` is the position behind it. */
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
    if (error instanceof Unreadable) {
      return { status: "unreadable", at: error.at, reason: error.message };
    }
    throw error;
  }
}

function signatureOf(cursor: Cursor): Signature {
  cursor.has("export");
  cursor.has("declare");
  if (cursor.peek().text === "async") {
    cursor.fail("a function that gives its result at once", "asynchronous ones are not supported");
  }
  const isFunction = cursor.has("function");
  if (cursor.peek().text === "*") {
    cursor.fail(
      "a function that gives its result at once",
      "generator functions are not supported",
    );
  }
  const name =
    isFunction || cursor.peek().kind === "name" ? nameOf(cursor, "a function's name") : "";
  if (cursor.peek().text === "<") readTypeParameters(cursor);
  const parameters = parametersOf(cursor);
  const says = cursor.has(":") || cursor.has("=>");
  if (!says) return { name, parameters, later: false };
  if (cursor.peek().text !== "Promise")
    return { name, parameters, result: readType(cursor), later: false };
  cursor.take();
  cursor.need("<", "say what the promise gives, as in Promise<string>");
  const result = readType(cursor);
  cursor.need(">");
  return { name, parameters, result, later: true };
}

function nameOf(cursor: Cursor, expected: string): string {
  const { kind, text } = cursor.peek();
  if (kind !== "name") cursor.fail(expected);
  if (RESERVED.has(text)) cursor.fail(expected, `${text} is a word of the language`);
  return cursor.take().text;
}

function parametersOf(cursor: Cursor): readonly Parameter[] {
  const parameters: Parameter[] = [];
  cursor.need("(");
  while (!cursor.has(")")) {
    const { at } = cursor.peek();
    const parameter = parameterOf(cursor);
    if (parameters.some(({ name }) => name === parameter.name)) {
      throw new Unreadable(at, `expected names that differ, got ${parameter.name} twice`);
    }
    parameters.push(parameter);
    if (parameter.rest || !cursor.has(",")) {
      cursor.need(")", "give every parameter a name and a type, with commas between");
      break;
    }
  }
  return parameters;
}

function parameterOf(cursor: Cursor): Parameter {
  const rest = cursor.has("...");
  const { text } = cursor.peek();
  if (text === "{" || text === "[") {
    cursor.fail("a parameter's name", "a destructured parameter has none: give it one");
  }
  const name = nameOf(cursor, 'a parameter\'s name or ")"');
  const marked = cursor.has("?");
  const declared = cursor.has(":") ? readType(cursor) : ANY;
  const hasDefault = cursor.has("=");
  if (hasDefault) cursor.skipTo([",", ")"]);
  const optional = rest || marked || hasDefault;
  return { name, type: optional ? withoutUndefined(declared) : declared, optional, rest };
}

/** The JSON Schema of an object whose properties are the parameters in order. */
export function parametersSchema({ parameters }: Signature): JsonSchema {
  return {
    type: "object",
    properties: Object.fromEntries(parameters.map(({ name, type }) => [name, schemaOfType(type)])),
    required: parameters.filter(({ optional }) => !optional).map(({ name }) => name),
    additionalProperties: false,
  };
}

/**
 * The signature of what takes an object of this schema. A name that cannot be a parameter's makes one
 * object of all of them.
 */
export function signatureText(name: string, parameters: JsonSchema, result: JsonSchema): string {
  const type = typeOfSchema({ ...parameters, type: "object" });
  const fields = type.kind === "object" ? type.fields : [];
  const named = fields.every((field) => isIdentifier(field.name) && !RESERVED.has(field.name));
  const list = named
    ? fields.map((field) => `${field.name}${field.optional ? "?" : ""}: ${typeText(field.type)}`)
    : [`given: ${typeText(type)}`];
  return `function ${name}(${list.join(", ")}): ${typeText(typeOfSchema(result))}`;
}
