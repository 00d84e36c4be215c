/**
 * Parameters of a tool out of what a trace tells of it: its schema, else its TypeScript signature,
 * else the arguments that it was called with.
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
  // Never an empty schema: columnar readers stumble over a struct without fields.
  const told = read.signature.parameters.map(({ name, type }) => {
    const said = Object.keys(properties[name] ?? {}).length > 0;
    const description = type.kind === "any" ? "any value" : typeText(type);
    return [name, said ? properties[name] : { description }];
  });
  return { type: "object", properties: Object.fromEntries(told), required };
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
