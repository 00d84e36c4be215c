/**
 * Texts of other authors (descriptions and schemas of tools, errors) on their way into a prompt. A model
 * reads them as data if nothing in them can end the quotes, start a line, hide, or be a control token.
 */
import type { Json } from "../json.ts";
import { CONTROL_TOKENS, withoutControlTokens } from "./control-tokens.ts";

/** Not shown, or they change the direction of text; joiners belong to writing and emoji and stay. */
const INVISIBLE =
  /[\u007f-\u009f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udfff]/g;

const LONGEST_TEXT = 600;

/** A text in quotes, as JSON: cut, with everything that is not plain text escaped. */
export function quoted(text: string, longest = LONGEST_TEXT): string {
  return inert(JSON.stringify(cut(text, longest)));
}

/** JSON text of the same value: what acts on a model or hides from a reader is written as an escape. */
function inert(json: string): string {
  const hexed = (signs: string): string =>
    signs.replace(/[\s\S]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return json
    .replace(CONTROL_TOKENS, (token) => hexed(token.slice(0, 1)) + token.slice(1))
    .replace(INVISIBLE, hexed);
}

/** A text on one line, for a place that has its own delimiter. */
export function oneLine(text: string, longest = LONGEST_TEXT): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be taken out.
  const shown = text.replace(INVISIBLE, "").replace(/[\s\u0000-\u001f]+/g, " ");
  return cut(withoutControlTokens(shown.toWellFormed()).trim(), longest);
}

/** Keys of a schema that hold words, not rules. */
const WORDS = new Set(["description", "title", "$comment"]);
const NAMED = new Set(["properties", "patternProperties", "$defs", "definitions"]);
const LONGEST_WORDS = 300;
const LONGEST_SCHEMA = 8_000;

/**
 * A schema of another author as JSON text. Long descriptions are cut; of a schema that is still too long,
 * only the names of its properties stay.
 */
export function schemaText(schema: { readonly [key: string]: Json }): string {
  const text = inert(JSON.stringify(plainSchema(schema)));
  if (text.length <= LONGEST_SCHEMA) return text;
  const names = Object.keys((schema.properties ?? {}) as object);
  const shown = names.slice(0, 100).map((name) => quoted(name, 64));
  return `{"properties":[${shown.join(",")}]} (shortened, ${names.length} properties)`;
}

/** The same rules; what it says in words is plain text of limited length. */
export function plainSchema<Schema extends { readonly [key: string]: Json }>(
  schema: Schema,
): Schema {
  return plain(schema) as Schema;
}

/** @param named Whether the keys are names of properties. */
function plain(value: Json, named = false): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item: Json) => plain(item));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, Json]) => [
      key,
      !named && WORDS.has(key) && typeof item === "string"
        ? oneLine(item, LONGEST_WORDS)
        : plain(item, !named && NAMED.has(key)),
    ]),
  );
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`;
}
