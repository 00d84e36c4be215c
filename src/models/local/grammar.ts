/**
 * A JSON Schema as a GBNF grammar, the form of llama.cpp (its grammars/README.md). It covers what a
 * sent schema may hold; patterns and bounds of numbers are checked when the reply is read.
 */
import type { Json } from "../../core/json.ts";

type Schema = { readonly [key: string]: Json };

/** Repetitions above this make the grammar slow: no bound is written instead. */
const MOST_REPEATS = 500;

const SHARED: readonly string[] = [
  'space ::= | " " | "\\n" [ \\t]{0,20}',
  'char ::= [^"\\\\\\x7F\\x00-\\x1F] | [\\\\] (["\\\\bfnrt/] | "u" [0-9a-fA-F]{4})',
  'string ::= "\\"" char* "\\""',
  'integer ::= "-"? ("0" | [1-9] [0-9]{0,15})',
  'number ::= integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?',
  'boolean ::= "true" | "false"',
  'null ::= "null"',
  "value ::= object | array | string | number | boolean | null",
  'object ::= "{" space (string ":" space value space ("," space string ":" space value space)*)? "}"',
  'array ::= "[" space (value space ("," space value space)*)? "]"',
];

/** @returns A grammar whose sentences are JSON values that the schema describes. */
export function grammarOf(schema: Schema): string {
  const rules = new Map<string, string>();
  const refs = new Map<string, string>();
  const rule = (body: string): string => {
    const name = `r${rules.size}`;
    rules.set(name, body);
    return name;
  };
  const literal = (value: Json): string => JSON.stringify(JSON.stringify(value));

  const visit = (node: Json): string => {
    if (!isSchema(node)) return node === false ? "null" : "value";
    if (typeof node.$ref === "string") return referenced(node.$ref);
    if (node.const !== undefined) return literal(node.const);
    if (Array.isArray(node.enum)) return anyOf(node.enum.map(literal));
    const options = node.anyOf ?? node.oneOf;
    if (Array.isArray(options)) return anyOf(options.map(visit));
    if (Array.isArray(node.type)) return anyOf(node.type.map((type) => visit({ ...node, type })));
    switch (node.type ?? guessed(node)) {
      case "string":
        return stringOf(node);
      case "integer":
        return "integer";
      case "number":
        return "number";
      case "boolean":
        return "boolean";
      case "null":
        return "null";
      case "array":
        return arrayOf(node);
      case "object":
        return objectOf(node);
      default:
        return "value";
    }
  };

  const anyOf = (options: readonly string[]): string => rule(options.join(" | "));

  const referenced = (ref: string): string => {
    const known = refs.get(ref);
    if (known !== undefined) return known;
    const name = `ref${refs.size}`;
    refs.set(ref, name);
    const target = ref
      .replace(/^#\/?/, "")
      .split("/")
      .filter((part) => part !== "")
      .reduce<Json | undefined>(
        (at, part) => (isSchema(at) && Object.hasOwn(at, part) ? at[part] : undefined),
        schema,
      );
    rules.set(name, target === undefined ? "value" : visit(target));
    return name;
  };

  const stringOf = ({ minLength, maxLength }: Schema): string => {
    const least = typeof minLength === "number" ? Math.min(minLength, MOST_REPEATS) : 0;
    const most = typeof maxLength === "number" && maxLength <= MOST_REPEATS ? maxLength : undefined;
    if (least === 0 && most === undefined) return "string";
    return rule(`"\\"" char{${least},${most ?? ""}} "\\""`);
  };

  const arrayOf = ({ items = true, prefixItems, minItems, maxItems }: Schema): string => {
    if (Array.isArray(prefixItems) && prefixItems.length > 0) {
      return rule(
        `"[" space ${prefixItems.map((item) => `${visit(item)} space`).join(' "," space ')} "]"`,
      );
    }
    const item = visit(items);
    const least = typeof minItems === "number" ? minItems : 0;
    const most = typeof maxItems === "number" && maxItems <= MOST_REPEATS ? maxItems : undefined;
    if (most === 0) return rule('"[" space "]"');
    const rest = `("," space ${item} space){${Math.max(0, least - 1)},${most === undefined ? "" : most - 1}}`;
    const some = `${item} space ${rest}`;
    return rule(`"[" space ${least > 0 ? some : `(${some})?`} "]"`);
  };

  const objectOf = ({ properties, required, additionalProperties = true }: Schema): string => {
    const known = isSchema(properties) ? Object.entries(properties) : [];
    if (known.length === 0) {
      if (additionalProperties === false) return rule('"{" space "}"');
      const member = `string ":" space ${visit(additionalProperties)} space`;
      return rule(`"{" space (${member} ("," space ${member})*)? "}"`);
    }
    const needed = new Set(Array.isArray(required) ? required : []);
    const members = known.map(([name, value]) => ({
      text: `${literal(name)} ":" space ${visit(value)} space`,
      optional: !needed.has(name),
    }));
    // Built from the end: what may follow, when a member stands before it and when none does.
    let after = '"}"';
    let first = '"}"';
    for (const { text, optional } of members.toReversed()) {
      const withComma = rule(`"," space ${text} ${after}${optional ? ` | ${after}` : ""}`);
      first = rule(`${text} ${after}${optional ? ` | ${first}` : ""}`);
      after = withComma;
    }
    return rule(`"{" space ${first}`);
  };

  const root = visit(schema);
  return [
    `root ::= space ${root} space`,
    ...[...rules].map(([name, body]) => `${name} ::= ${body}`),
    ...SHARED,
  ].join("\n");
}

/** Schemas may leave the type to what else they say. */
function guessed({ properties, items, prefixItems }: Schema): string | undefined {
  if (properties !== undefined) return "object";
  return items !== undefined || prefixItems !== undefined ? "array" : undefined;
}

function isSchema(value: Json | undefined): value is Schema {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
