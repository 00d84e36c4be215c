/**
 * Converts types to JSON Schema (2020-12) and back.
 *
 * For a schema that `schemaOfType` gives, `schemaOfType(typeOfSchema(schema))` is the same schema,
 * except "integer", which TypeScript does not have. What a type cannot express of another schema
 * (ranges, patterns, references) is omitted: the type is wider, never wrong. If a schema does not
 * mention further fields and items, there are none.
 */
import type { Json } from "../json.ts";
import type { JsonSchema } from "../tool.ts";
import {
  ANY,
  MAX_TYPE_DEPTH,
  type ObjectType,
  type PrimitiveName,
  type TupleType,
  type Type,
  unionOf,
} from "./type.ts";

type Fields = { readonly [key: string]: Json };

/** A type foreign to JSON becomes `{}`, which matches every value. */
export function schemaOfType(type: Type): JsonSchema {
  switch (type.kind) {
    case "any":
    case "foreign":
      return {};
    case "primitive":
      return { type: type.name };
    case "literal":
      return { type: typeof type.value, const: type.value };
    case "array":
      return { type: "array", ...unlessAny("items", type.items) };
    case "tuple":
      return tupleSchema(type);
    case "object":
      return objectSchema(type);
    case "union":
      return unionSchema(type.options);
  }
}

function unlessAny(key: string, type: Type): JsonSchema {
  const schema = schemaOfType(type);
  return Object.keys(schema).length === 0 ? {} : { [key]: schema };
}

/** `true` for any value, because an omitted schema means no value here. */
function schemaOrTrue(type: Type): Json {
  return { value: true, ...unlessAny("value", type) }.value;
}

function tupleSchema({ items, least, rest }: TupleType): JsonSchema {
  const more = { items: rest === undefined ? false : schemaOrTrue(rest) };
  if (items.length === 0) return { type: "array", ...more };
  return { type: "array", prefixItems: items.map(schemaOfType), minItems: least, ...more };
}

function objectSchema({ fields, others }: ObjectType): JsonSchema {
  if (fields.length === 0 && others !== undefined) {
    return { type: "object", ...unlessAny("additionalProperties", others) };
  }
  const properties = Object.fromEntries(fields.map(({ name, type }) => [name, schemaOfType(type)]));
  const optional = fields.flatMap((field) => (field.optional ? [field.name] : []));
  return {
    type: "object",
    properties,
    // In the order of the properties: JavaScript puts numeric names first.
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    additionalProperties: others === undefined ? false : schemaOrTrue(others),
  };
}

/** All literals become one enum, at the position of the first. */
function unionSchema(options: readonly Type[]): JsonSchema {
  const literals = options.flatMap((option) => (option.kind === "literal" ? [option.value] : []));
  const schemas = options.flatMap((option) => {
    if (option.kind !== "literal" || literals.length === 1) return [schemaOfType(option)];
    return option.value === literals[0] ? [enumSchema(literals)] : [];
  });
  const [first = {}] = schemas;
  if (schemas.length === 1) return first;
  const isOpen = schemas.some((schema) => Object.keys(schema).length === 0);
  return isOpen ? {} : { anyOf: schemas };
}

function enumSchema(values: readonly (string | number | boolean)[]): JsonSchema {
  const [type, ...others] = new Set(values.map((value) => typeof value));
  return type === undefined || others.length > 0
    ? { enum: [...values] }
    : { type, enum: [...values] };
}

const COMPOSING = ["allOf", "anyOf", "oneOf", "$ref", "patternProperties"];

/** Whether the schema of an object allows or asks for more than its own properties. */
export function describesMore(schema: JsonSchema): boolean {
  const { additionalProperties = false } = schema;
  return additionalProperties !== false || COMPOSING.some((word) => Object.hasOwn(schema, word));
}

/** The type of the values that match a schema. */
export function typeOfSchema(schema: Json | undefined, depth = 0): Type {
  if (schema === false) return { kind: "foreign", text: "never", at: 0 };
  if (!isFields(schema) || depth > MAX_TYPE_DEPTH) return ANY;
  const inner = (part: Json | undefined): Type => typeOfSchema(part, depth + 1);
  const { type } = schema;
  if ("const" in schema) return literal(schema.const as Json);
  if (Array.isArray(schema.enum)) return unionOf(schema.enum.map(literal));
  if (Array.isArray(type)) {
    return unionOf(type.map((one: Json) => inner({ ...schema, type: one })));
  }
  switch (type) {
    case "string":
    case "boolean":
    case "number":
    case "integer":
    case "null":
      return { kind: "primitive", name: type satisfies PrimitiveName };
    case "array":
      return arrayType(schema, inner);
    case "object":
      return objectType(schema, inner);
    default:
      if ("properties" in schema) return objectType(schema, inner);
  }
  const options = schema.anyOf ?? schema.oneOf;
  return Array.isArray(options) ? unionOf(options.map(inner)) : ANY;
}

type Inner = (part: Json | undefined) => Type;

function arrayType({ items, prefixItems, minItems, maxItems }: Fields, inner: Inner): Type {
  if (!Array.isArray(prefixItems)) {
    return items === false
      ? { kind: "tuple", items: [], least: 0 }
      : { kind: "array", items: inner(items) };
  }
  const isClosed = items === undefined || items === false || maxItems === prefixItems.length;
  return {
    kind: "tuple",
    items: prefixItems.map(inner),
    least:
      typeof minItems === "number" ? Math.min(minItems, prefixItems.length) : prefixItems.length,
    ...(isClosed ? {} : { rest: inner(items) }),
  };
}

function objectType(
  { properties, required, additionalProperties }: Fields,
  inner: Inner,
): ObjectType {
  const known = isFields(properties) ? Object.entries(properties) : [];
  const needed = Array.isArray(required) ? required : [];
  const isOpen = known.length === 0 || additionalProperties !== undefined;
  return {
    kind: "object",
    fields: known.map(([name, property]) => ({
      name,
      type: inner(property),
      optional: !needed.includes(name),
    })),
    ...(isOpen && additionalProperties !== false ? { others: inner(additionalProperties) } : {}),
  };
}

function literal(value: Json): Type {
  if (value === null) return { kind: "primitive", name: "null" };
  return typeof value === "object" ? ANY : { kind: "literal", value };
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
