/**
 * Parameters of a tool out of what a trace tells of it: its schema, else its TypeScript signature,
 * else the arguments that it was called with.
 */
import type { Json } from "../core/json.ts";

type Schema = { readonly [key: string]: Json };

/**
 * Names and rough JSON Schemas of a signature's parameters, in order: `f(a: number, b?: string[])`
 * gives a number and an array of strings, the latter optional.
 */
export function signatureParameters(
  signature: string,
): readonly { readonly name: string; readonly schema: Schema; readonly optional: boolean }[] {
  const open = signature.indexOf("(");
  if (open === -1) return [];
  return topLevelParts(signature.slice(open + 1)).flatMap((part, index) => {
    if (part.trim() === "") return [];
    // A default is cut off; the arrow of a function type is none.
    const [declared = "", fallback] = part.split(/=(?!>)/);
    const [, spread, name, optional, type = ""] =
      /^\s*(\.\.\.)?\s*([A-Za-z_$][\w$]*)?\s*(\?)?\s*(?::\s*([\s\S]*))?$/.exec(declared) ?? [];
    return [
      {
        name: name ?? `argument${index + 1}`,
        schema: typeSchema(type.trim()),
        optional: optional !== undefined || spread !== undefined || fallback !== undefined,
      },
    ];
  });
}

/** Up to the bracket that closes the list, cut at commas outside of all brackets. */
function topLevelParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    // The arrow of a function type closes nothing.
    if (character === ">" && text[index - 1] === "=") {
      part += character;
      continue;
    }
    if ("([{<".includes(character)) depth++;
    if (")]}>".includes(character) && depth-- === 0) break;
    if (character === "," && depth === 0) {
      parts.push(part);
      part = "";
    } else {
      part += character;
    }
  }
  return [...parts, part];
}

function typeSchema(type: string): Schema {
  const item =
    /^(?:readonly\s+)?([\s\S]+)\[\]$/.exec(type)?.[1] ?? /^Array<([\s\S]+)>$/.exec(type)?.[1];
  if (item !== undefined) return { type: "array", items: typeSchema(item.trim()) };
  if (type === "number" || type === "string" || type === "boolean") return { type };
  if (type.startsWith("{") || type.startsWith("Record<")) return { type: "object" };
  // Never an empty schema: columnar readers stumble over a struct without fields.
  return { description: type === "" ? "any value" : type };
}

/** JSON Schema of an object with these parameters. */
export function parametersSchema(signature: string): Schema {
  const parameters = signatureParameters(signature);
  return {
    type: "object",
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ optional }) => !optional).map(({ name }) => name),
  };
}

/**
 * The parameters of an object schema, in order: stored schemas have sorted keys, but `required` is a
 * list and keeps the order in which they were declared.
 */
export function parameterNames(schema: Schema): readonly string[] {
  const { properties, required } = schema;
  if (properties === null || typeof properties !== "object" || Array.isArray(properties)) return [];
  const first = Array.isArray(required)
    ? required.filter((name): name is string => typeof name === "string" && name in properties)
    : [];
  return [...new Set([...first, ...Object.keys(properties)])];
}

/**
 * The schema that these argument lists show: a name per position, a type where all agree.
 *
 * @param lists Not empty.
 */
export function observedSchema(lists: readonly (readonly Json[])[]): Schema {
  const width = Math.max(...lists.map((list) => list.length));
  const names = Array.from({ length: width }, (_, index) => `argument${index + 1}`);
  return {
    type: "object",
    properties: Object.fromEntries(
      names.map((name, index) => {
        const types = new Set(
          lists.flatMap((list) => (index in list ? [typeOf(list[index])] : [])),
        );
        const [type] = types;
        const single = types.size === 1 && type !== undefined;
        return [name, single ? { type } : { description: "any value" }];
      }),
    ),
    required: names.filter((_, index) => lists.every((list) => index in list)),
  };
}

function typeOf(value: Json | undefined): string {
  if (value === null || value === undefined) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
