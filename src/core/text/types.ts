/**
 * Between the two ways of saying what a value looks like: JSON Schema, which is checked, and
 * TypeScript, which models and people read and write.
 */
import type { Json } from "../json.ts";
import type { JsonSchema } from "../tool.ts";

type Fields = { readonly [key: string]: Json };

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const DEEPEST = 12;

/** A JSON Schema as TypeScript. What it can not say is `unknown`: wider, never wrong. */
export function typeOfSchema(schema: Json | undefined, depth = 0): string {
  if (schema === false) return "never";
  if (!isFields(schema) || depth > DEEPEST) return "unknown";
  if ("const" in schema) return literal(schema.const as Json);
  if (Array.isArray(schema.enum)) return union(schema.enum.map((value: Json) => literal(value)));
  for (const key of ["anyOf", "oneOf"]) {
    const options = schema[key];
    if (Array.isArray(options)) {
      return union(options.map((option: Json) => typeOfSchema(option, depth + 1)));
    }
  }
  const { type } = schema;
  if (Array.isArray(type)) {
    return union(type.map((one: Json) => typeOfSchema({ ...schema, type: one }, depth + 1)));
  }
  switch (type) {
    case "string":
    case "boolean":
    case "number":
    case "null":
      return type;
    case "integer":
      return "number";
    case "array":
      return arrayType(schema, depth);
    case "object":
      return objectType(schema, depth);
    default:
      return "properties" in schema ? objectType(schema, depth) : "unknown";
  }
}

function arrayType({ items, prefixItems }: Fields, depth: number): string {
  if (Array.isArray(prefixItems)) {
    return `[${prefixItems.map((item: Json) => typeOfSchema(item, depth + 1)).join(", ")}]`;
  }
  const inner = typeOfSchema(items, depth + 1);
  return inner.includes("|") ? `(${inner})[]` : `${inner}[]`;
}

function objectType({ properties, required, additionalProperties }: Fields, depth: number): string {
  if (!isFields(properties) || Object.keys(properties).length === 0) {
    const open = additionalProperties === false ? undefined : additionalProperties;
    return additionalProperties === false && isFields(properties)
      ? "{}"
      : `Record<string, ${typeOfSchema(open, depth + 1)}>`;
  }
  const needed = Array.isArray(required) ? required : [];
  const fields = Object.entries(properties).map(([name, schema]) => {
    const key = IDENTIFIER.test(name) ? name : JSON.stringify(name);
    return `${key}${needed.includes(name) ? "" : "?"}: ${typeOfSchema(schema, depth + 1)}`;
  });
  return `{ ${fields.join("; ")} }`;
}

function union(types: readonly string[]): string {
  const distinct = [...new Set(types)];
  return distinct.includes("unknown") || distinct.length === 0 ? "unknown" : distinct.join(" | ");
}

function literal(value: Json): string {
  return value !== null && typeof value === "object" ? "unknown" : JSON.stringify(value);
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A TypeScript type as JSON Schema: primitives, literals, unions, arrays, tuples, Record and object
 * types; any other one is `{}`, which every value fits.
 */
export function schemaOfType(type: string): JsonSchema {
  const reader = { text: type.replace(/\/\*[\s\S]*?\*\//g, " "), at: 0 };
  try {
    const schema = unionOf(reader, 0);
    skip(reader);
    return reader.at === reader.text.length ? schema : {};
  } catch (error) {
    if (error instanceof UnknownType) return {};
    throw error;
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

class UnknownType extends Error {}

function unionOf(reader: Reader, depth: number): JsonSchema {
  if (depth > DEEPEST) throw new UnknownType();
  take(reader, "|");
  const options = [postfixOf(reader, depth)];
  while (take(reader, "|")) options.push(postfixOf(reader, depth));
  const [first = {}] = options;
  if (options.length === 1) return first;
  if (options.every((option) => "const" in option)) {
    return { enum: options.map((option) => option.const as Json) };
  }
  return options.some((option) => Object.keys(option).length === 0) ? {} : { anyOf: options };
}

function postfixOf(reader: Reader, depth: number): JsonSchema {
  let schema = primaryOf(reader, depth);
  while (/^\s*\[\s*\]/.test(reader.text.slice(reader.at))) {
    take(reader, "[");
    take(reader, "]");
    schema = { type: "array", items: schema };
  }
  return schema;
}

function primaryOf(reader: Reader, depth: number): JsonSchema {
  if (take(reader, "(")) {
    const inner = unionOf(reader, depth + 1);
    need(reader, ")");
    return inner;
  }
  if (take(reader, "{")) return fieldsOf(reader, depth + 1);
  if (take(reader, "[")) {
    const items: JsonSchema[] = [];
    while (!take(reader, "]")) {
      items.push(unionOf(reader, depth + 1));
      take(reader, ",");
    }
    return { type: "array", prefixItems: items, minItems: items.length, maxItems: items.length };
  }
  const quoted = match(reader, /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y);
  if (quoted !== undefined) return { const: quoted.slice(1, -1).replace(/\\(.)/g, "$1") };
  const number = match(reader, /-?\d+(?:\.\d+)?/y);
  if (number !== undefined) return { const: Number(number) };
  return named(reader, match(reader, /[A-Za-z_$][\w$]*/y), depth);
}

function named(reader: Reader, name: string | undefined, depth: number): JsonSchema {
  switch (name) {
    case "string":
    case "number":
    case "boolean":
    case "null":
      return { type: name };
    case "integer":
      return { type: "integer" };
    case "true":
    case "false":
      return { const: name === "true" };
    case "unknown":
    case "any":
      return {};
    case "readonly":
      return postfixOf(reader, depth);
    case "Array":
    case "ReadonlyArray":
    case "Promise":
    case "Record":
      break;
    default:
      throw new UnknownType();
  }
  need(reader, "<");
  const first = unionOf(reader, depth + 1);
  const second = take(reader, ",") ? unionOf(reader, depth + 1) : {};
  need(reader, ">");
  if (name === "Promise") return first;
  return name === "Record"
    ? { type: "object", additionalProperties: second }
    : { type: "array", items: first };
}

function fieldsOf(reader: Reader, depth: number): JsonSchema {
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  while (!take(reader, "}")) {
    const text = match(reader, /"(?:[^"\\]|\\.)*"|[A-Za-z_$][\w$]*/y);
    if (text === undefined) throw new UnknownType();
    if (text === "readonly" && !/^\s*[?:]/.test(reader.text.slice(reader.at))) continue;
    const name = text.startsWith('"') ? (JSON.parse(text) as string) : text;
    const optional = take(reader, "?");
    need(reader, ":");
    properties[name] = unionOf(reader, depth);
    if (!optional) required.push(name);
    if (!take(reader, ";")) take(reader, ",");
  }
  return { type: "object", properties, required, additionalProperties: false };
}

function skip(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? "")) reader.at++;
}

function take(reader: Reader, mark: string): boolean {
  skip(reader);
  if (!reader.text.startsWith(mark, reader.at)) return false;
  reader.at += mark.length;
  return true;
}

function need(reader: Reader, mark: string): void {
  if (!take(reader, mark)) throw new UnknownType();
}

function match(reader: Reader, pattern: RegExp): string | undefined {
  skip(reader);
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}
