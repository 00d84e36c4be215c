/**
 * A JSON Schema as it goes out: in words that the grammars of llama.cpp, of vLLM (xgrammar,
 * outlines) and of Ollama know, and OpenAI's strict mode. What they do not know is left out; the reply
 * is checked against the whole schema here.
 *
 * Lists and strings get a bound: under a grammar a weak model writes on until something stops it.
 */
import type { Json } from "../core/json.ts";
import { safePattern } from "./safe-pattern.ts";

type Schema = { readonly [key: string]: Json };

/** llama.cpp refuses a repetition of 2,000 or takes more than that for no bound, by its version. */
export const LONGEST = 1_900;
/** Where the schema names none. */
const USUAL_LIST = 50;

const KNOWN: ReadonlySet<string> = new Set([
  "type",
  "enum",
  "const",
  "required",
  "description",
  "$ref",
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
]);
/** Of tools: no server reads them into a grammar, and models read them. */
const NOTES: ReadonlySet<string> = new Set(["title", "default", "examples"]);
const FORMATS: ReadonlySet<Json> = new Set(["date", "time", "date-time", "uuid"]);

/** Of a reply. */
export function sentSchema(schema: Schema): Schema {
  return visit(schema, true);
}

/** Of a tool's parameters: how much it takes is the tool's own affair, so no bounds are added. */
export function toolParameters(schema: Schema): Schema {
  return { type: "object", ...visit(schema, false) };
}

function visit(schema: Schema, bounded: boolean): Schema {
  const inner = (value: Json): Json => (isSchema(value) ? visit(value, bounded) : value);
  const sent: Record<string, Json> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (KNOWN.has(key) || (!bounded && NOTES.has(key))) sent[key] = value;
    else if (key === "properties" || key === "$defs" || key === "definitions") {
      if (isSchema(value) && Object.keys(value).length > 0) {
        sent[key] = Object.fromEntries(
          Object.entries(value).map(([name, each]) => [name, inner(each)]),
        );
      }
    } else if (key === "allOf") {
      if (Array.isArray(value)) for (const part of value.map(inner)) merge(sent, part);
    } else if (key === "anyOf" || key === "oneOf" || key === "prefixItems") {
      // Whether exactly one fits is checked here; grammars know of alternatives alone.
      const name = key === "oneOf" ? "anyOf" : key;
      if (Array.isArray(value)) sent[name] = value.map(inner);
    } else if (key === "items" || key === "additionalProperties") {
      sent[key] = Array.isArray(value) ? value.map(inner) : inner(value);
    } else if (key === "pattern") {
      const pattern = typeof value === "string" ? safePattern(value) : undefined;
      if (pattern !== undefined) sent.pattern = pattern;
    } else if (key === "format" && FORMATS.has(value)) sent.format = value;
  }
  // An object that is closed and empty makes a grammar that some versions of llama.cpp cannot read.
  if (sent.properties === undefined && sent.additionalProperties === false) {
    delete sent.additionalProperties;
  }
  withoutSafeIntegers(sent);
  return withBounds(sent, bounded);
}

/** Both at once, as far as objects go: grammars know of no other "and". */
function merge(sent: Record<string, Json>, part: Json): void {
  if (!isSchema(part)) return;
  for (const [key, value] of Object.entries(part)) {
    const there = sent[key];
    if (there === undefined) sent[key] = value;
    else if (key === "properties" && isSchema(there) && isSchema(value)) {
      sent[key] = { ...there, ...value };
    } else if (key === "required" && Array.isArray(there) && Array.isArray(value)) {
      sent[key] = [...new Set([...there, ...value])];
    }
  }
}

/** Bounds that say no more than that a number is exact. */
function withoutSafeIntegers(sent: Record<string, Json>): void {
  if (sent.minimum === Number.MIN_SAFE_INTEGER) delete sent.minimum;
  if (sent.maximum === Number.MAX_SAFE_INTEGER) delete sent.maximum;
}

function withBounds(sent: Record<string, Json>, bounded: boolean): Schema {
  const is = (type: string): boolean =>
    sent.type === type || (Array.isArray(sent.type) && sent.type.includes(type));
  const fixed = sent.enum !== undefined || sent.const !== undefined;
  const bound = (key: string, usual: number, needed: boolean): void => {
    const said = sent[key];
    if (typeof said === "number" && said <= LONGEST) return;
    if (bounded && needed) sent[key] = said === undefined ? usual : LONGEST;
    else delete sent[key];
  };
  bound("maxLength", LONGEST, is("string") && !fixed);
  bound("maxItems", USUAL_LIST, is("array") && !fixed);
  return sent;
}

/** Strict mode takes no tuples, and only objects that are closed and name each property as required. */
export function isStrict(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (!isSchema(schema)) return true;
  if (schema.prefixItems !== undefined) return false;
  if (isSchema(schema.properties ?? null)) {
    const names = Object.keys(schema.properties ?? {});
    const required = Array.isArray(schema.required) ? schema.required : [];
    if (schema.additionalProperties !== false) return false;
    if (!names.every((name) => required.includes(name))) return false;
  } else if (schema.type === "object") {
    return false;
  }
  return Object.values(schema).every(isStrict);
}

/**
 * Whether a value holds a text that a grammar may have cut: it is exactly as long as it may be.
 *
 * @param schema As sent.
 */
export function mayBeCut(value: Json, schema: Schema): boolean {
  const most = new Set(bounds(schema));
  const cut = (part: Json): boolean => {
    if (typeof part === "string") return most.has([...part].length);
    return part !== null && typeof part === "object" && Object.values(part).some(cut);
  };
  return cut(value);
}

/** Short bounds are those of names and ids: they are the schema's own. */
const SHORT = 200;

function bounds(schema: Json): number[] {
  if (schema === null || typeof schema !== "object") return [];
  if (Array.isArray(schema)) return schema.flatMap(bounds);
  const own = isSchema(schema) ? schema.maxLength : undefined;
  return [
    ...(typeof own === "number" && own >= SHORT ? [own] : []),
    ...Object.values(schema).flatMap(bounds),
  ];
}

function isSchema(value: Json): value is Schema {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
