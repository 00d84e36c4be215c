/** The arguments of a case as a test author may write them, and the schema that asks for them. */
import { Json } from "../core/json.ts";
import { schemaOfType } from "../core/text/schema.ts";
import { readSignature } from "../core/text/signature.ts";
import type { JsonSchema } from "../core/tool.ts";

const MOST = 12;

/** Of any signature. */
export const ANY_ARGUMENTS: JsonSchema = { type: "array", maxItems: MOST };

/** A tuple of the parameters' types, so that a model that is held to the schema leaves none out. */
export function argumentsSchema(signature: string): JsonSchema {
  const read = readSignature(signature);
  if (read.status === "unreadable") return ANY_ARGUMENTS;
  const { parameters } = read.signature;
  if (parameters.length === 0 || parameters.some(({ rest }) => rest)) return ANY_ARGUMENTS;
  return {
    type: "array",
    prefixItems: parameters.map(({ type }) => schemaOfType(type)),
    minItems: parameters.filter(({ optional }) => !optional).length,
    maxItems: parameters.length,
  };
}

/**
 * What was written, as lists of arguments, the likeliest first: as it is, by name, or the only argument
 * without its list. Empty if nothing was written.
 */
export function argumentLists(written: unknown, signature: string): readonly (readonly Json[])[] {
  if (written === undefined) return [];
  const value = Json.parse(written);
  const read = readSignature(signature);
  const names = read.status === "read" ? read.signature.parameters.map(({ name }) => name) : [];
  const lists: (readonly Json[])[] = Array.isArray(value) ? [value as readonly Json[]] : [];
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    const given = Object.keys(value);
    if (given.length > 0 && given.every((name) => names.includes(name))) {
      const last = names.findLastIndex((name) => given.includes(name));
      lists.push(
        names.slice(0, last + 1).map((name) => (Reflect.get(value, name) as Json) ?? null),
      );
    }
  }
  return names.length === 1 ? [...lists, [value]] : lists;
}
