/**
 * TypeScript types whose values JSON can carry, and their text.
 *
 * A type that JSON cannot carry (dates, maps, functions, undeclared names) is `foreign`: it is stored
 * as text, and the caller decides whether that is an error.
 */

export type Type =
  /** `unknown` and `any`. */
  | { readonly kind: "any" }
  | { readonly kind: "primitive"; readonly name: PrimitiveName }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "array"; readonly items: Type }
  | TupleType
  | ObjectType
  /** Two or more distinct options, none of them a union or `any`. */
  | { readonly kind: "union"; readonly options: readonly Type[] }
  | ForeignType;

/** `integer` exists only in JSON Schema; in TypeScript it is `number`. */
export type PrimitiveName = "string" | "number" | "integer" | "boolean" | "null";

export interface TupleType {
  readonly kind: "tuple";
  readonly items: readonly Type[];
  /** The number of required items: the first ones. */
  readonly least: number;
  /** The type of all further items; absent: there are none. */
  readonly rest?: Type;
}

export interface ObjectType {
  readonly kind: "object";
  readonly fields: readonly Field[];
  /** The type of all other fields; absent: there are none. */
  readonly others?: Type;
}

export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly optional: boolean;
}

export interface ForeignType {
  readonly kind: "foreign";
  readonly text: string;
  /** Its position in the source text, from 0. */
  readonly at: number;
}

export const ANY: Type = { kind: "any" };

/** Maximum nesting of types. Deeper parts of a schema are read as `unknown`; a deeper text is refused. */
export const MAX_TYPE_DEPTH = 32;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

export function isIdentifier(name: string): boolean {
  return IDENTIFIER.test(name);
}

/** The union of types. `any` absorbs all others. */
export function unionOf(types: readonly Type[]): Type {
  const [only = ANY] = types;
  if (types.length < 2) return only;
  const options = new Map<string, Type>();
  for (const type of types) {
    if (type.kind === "any") return ANY;
    for (const option of type.kind === "union" ? type.options : [type]) {
      const text = typeText(option);
      // `integer` has the text of `number` too and is the narrower of the two.
      if (!options.has(text) || text === "number")
        options.set(text, wider(options.get(text), option));
    }
  }
  const [first = ANY, ...others] = options.values();
  return others.length === 0 ? first : { kind: "union", options: [first, ...others] };
}

function wider(known: Type | undefined, option: Type): Type {
  return known?.kind === "primitive" && known.name === "number" ? known : option;
}

/** The type in TypeScript syntax. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case "any":
      return "unknown";
    case "primitive":
      return type.name === "integer" ? "number" : type.name;
    case "literal":
      return JSON.stringify(type.value);
    case "array":
      return arrayText(type.items);
    case "tuple":
      return tupleText(type);
    case "object":
      return objectText(type);
    case "union":
      return type.options.map(optionText).join(" | ");
    case "foreign":
      return type.text;
  }
}

/** A function type needs parentheses, because its result type would include the text after it. */
function optionText(type: Type): string {
  const text = typeText(type);
  return type.kind === "foreign" && text.includes("=>") ? `(${text})` : text;
}

function arrayText(items: Type): string {
  const text = optionText(items);
  return items.kind === "union" ? `(${text})[]` : `${text}[]`;
}

function tupleText({ items, least, rest }: TupleType): string {
  const parts = items.map((item, index) => {
    if (index < least) return typeText(item);
    return item.kind === "union" ? `(${typeText(item)})?` : `${optionText(item)}?`;
  });
  if (rest !== undefined) parts.push(`...${arrayText(rest)}`);
  return `[${parts.join(", ")}]`;
}

function objectText({ fields, others }: ObjectType): string {
  if (fields.length === 0) {
    return others === undefined ? "{}" : `Record<string, ${typeText(others)}>`;
  }
  const parts = fields.map(({ name, type, optional }) => {
    const key = isIdentifier(name) ? name : JSON.stringify(name);
    return `${key}${optional ? "?" : ""}: ${typeText(type)}`;
  });
  if (others !== undefined) parts.push(`[key: string]: ${typeText(others)}`);
  return `{ ${parts.join("; ")} }`;
}

/** The types directly inside a type. */
function partsOf(type: Type): readonly Type[] {
  switch (type.kind) {
    case "array":
      return [type.items];
    case "tuple":
      return type.rest === undefined ? type.items : [...type.items, type.rest];
    case "object":
      return [...type.fields.map((field) => field.type), ...(type.others ? [type.others] : [])];
    case "union":
      return type.options;
    case "any":
    case "primitive":
    case "literal":
    case "foreign":
      return [];
  }
}

/** The first part of a type that JSON cannot carry. */
export function foreignIn(type: Type): ForeignType | undefined {
  if (type.kind === "foreign") return type;
  for (const part of partsOf(type)) {
    const foreign = foreignIn(part);
    if (foreign !== undefined) return foreign;
  }
  return undefined;
}
