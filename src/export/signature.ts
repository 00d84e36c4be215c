/**
 * Parameters of a tool, derived from a trace: its schema, else its TypeScript signature, else the
 * arguments of its calls.
 */
import type { Json } from "../core/json.ts";
import { parametersSchema, readSignature } from "../core/text/signature.ts";
import { typeText } from "../core/text/type.ts";

type Schema = { readonly [key: string]: Json };

/** JSON Schema of an object with the signature's parameters; undefined if it cannot be read. */
export function signatureSchema(text: string): Schema | undefined {
  const read = readSignature(text);
  if (read.status === "unreadable") return undefined;
  const { required = [], ...schema } = parametersSchema(read.signature);
  const properties = schema.properties as { readonly [name: string]: Schema };
  // Never an empty schema: columnar readers cannot handle a struct without fields.
  const described = read.signature.parameters.map(({ name, type }) => {
    const typed = Object.keys(properties[name] ?? {}).length > 0;
    const description = type.kind === "any" ? "any value" : typeText(type);
    return [name, typed ? properties[name] : { description }];
  });
  return { type: "object", properties: Object.fromEntries(described), required };
}

/**
 * The parameters of an object schema, in order: stored schemas have sorted keys, but the list `required`
 * keeps the order of declaration.
 */
export function parameterNames(schema: Schema): readonly string[] {
  const { properties, required } = schema;
  if (properties === null || typeof properties !== "object" || Array.isArray(properties)) return [];
  const first = Array.isArray(required)
    ? required.filter(
        (name): name is string => typeof name === "string" && Object.hasOwn(properties, name),
      )
    : [];
  return [...new Set([...first, ...Object.keys(properties)])];
}

/**
 * The schema that fits these argument lists: a name per position, and a type if all agree.
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
