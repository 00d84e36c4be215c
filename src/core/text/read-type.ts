/**
 * Reads TypeScript types by recursive descent, as far as a function's parameters and result need
 * them: primitives, literals, unions, arrays, tuples, objects, `Record`, type parameters. Any other
 * type that is written correctly is `foreign`.
 */
import { type Cursor, Unreadable } from "./cursor.ts";
import { readObject, readTuple } from "./read-brackets.ts";
import { stringValue } from "./token.ts";
import { ANY, type PrimitiveName, type Type, unionOf } from "./type.ts";

const PRIMITIVES: ReadonlySet<string> = new Set<PrimitiveName>([
  "string",
  "number",
  "integer",
  "boolean",
  "null",
]);

/** @throws Unreadable at the first token that no type goes on with. */
export function readType(cursor: Cursor): Type {
  return cursor.nested(() => {
    cursor.has("|");
    const options = [intersection(cursor)];
    while (cursor.has("|")) options.push(intersection(cursor));
    return unionOf(options);
  });
}

function intersection(cursor: Cursor): Type {
  const { at } = cursor.peek();
  const first = array(cursor);
  if (!cursor.is("&")) return first;
  while (cursor.has("&")) array(cursor);
  return cursor.foreignSince(at);
}

function array(cursor: Cursor): Type {
  const { at } = cursor.peek();
  let type = primary(cursor);
  for (let levels = 1; cursor.has("["); levels++) {
    if (cursor.has("]")) {
      const items = type;
      type = cursor.nested(() => ({ kind: "array", items }), levels);
    } else {
      readType(cursor);
      cursor.need("]");
      type = cursor.foreignSince(at);
    }
  }
  return type;
}

function primary(cursor: Cursor): Type {
  const { kind } = cursor.peek();
  if (kind === "string") return { kind: "literal", value: stringValue(cursor.take()) };
  if (kind === "number") return { kind: "literal", value: Number(cursor.take().text) };
  if (kind === "name") return named(cursor);
  if (cursor.is("{")) return readObject(cursor, readType);
  if (cursor.is("[")) return readTuple(cursor, readType);
  if (cursor.is("(")) return cursor.isBeforeArrow() ? functionType(cursor) : inBrackets(cursor);
  if (cursor.has("-")) {
    if (cursor.peek().kind !== "number") cursor.fail("a number");
    return { kind: "literal", value: -Number(cursor.take().text) };
  }
  return cursor.is("`")
    ? cursor.fail("a type", 'write string, or the strings as "a" | "b"')
    : cursor.fail("a type", "write one such as number, string[] or { x: number }");
}

function inBrackets(cursor: Cursor): Type {
  cursor.need("(");
  const type = readType(cursor);
  cursor.need(")");
  return type;
}

function functionType(cursor: Cursor): Type {
  const { at } = cursor.peek();
  cursor.need("(");
  cursor.skipTo([")"]);
  cursor.need(")");
  cursor.need("=>");
  readType(cursor);
  return cursor.foreignSince(at);
}

function named(cursor: Cursor): Type {
  const { at, text: name } = cursor.take();
  if (PRIMITIVES.has(name)) return { kind: "primitive", name: name as PrimitiveName };
  switch (name) {
    case "true":
    case "false":
      return { kind: "literal", value: name === "true" };
    case "unknown":
    case "any":
      return ANY;
    case "object":
      return { kind: "object", fields: [], others: ANY };
    case "readonly":
      return cursor.nested(() => array(cursor));
    default:
      return cursor.bounds.get(name) ?? generic(cursor, name, at);
  }
}

function generic(cursor: Cursor, name: string, at: number): Type {
  while (cursor.has(".")) {
    if (cursor.peek().kind !== "name") cursor.fail("a name");
    cursor.take();
  }
  const given = cursor.is("<") ? typeArguments(cursor) : [];
  const [first = ANY, second = ANY] = given;
  switch (given.length === 0 ? "" : name) {
    case "Array":
    case "ReadonlyArray":
      return needCount(1, { kind: "array", items: first });
    case "Readonly":
      return needCount(1, first);
    case "Record":
      return needCount(2, record(first, second));
    default:
      return cursor.foreignSince(at);
  }

  function needCount(count: number, type: Type): Type {
    if (given.length === count) return type;
    const wanted = `${count} type argument${count === 1 ? "" : "s"}`;
    throw new Unreadable(at, `expected ${wanted} of ${name}, got ${given.length}`);
  }
}

/** Keys that are all literals are fields. */
function record(keys: Type, values: Type): Type {
  const options = keys.kind === "union" ? keys.options : [keys];
  const names = options.flatMap((key) => (key.kind === "literal" ? [String(key.value)] : []));
  return names.length < options.length
    ? { kind: "object", fields: [], others: values }
    : { kind: "object", fields: names.map((name) => ({ name, type: values, optional: false })) };
}

function typeArguments(cursor: Cursor): readonly Type[] {
  const given: Type[] = [];
  cursor.need("<");
  while (!cursor.is(">")) {
    given.push(readType(cursor));
    if (!cursor.has(",")) break;
  }
  cursor.need(">");
  return given;
}

/** `<T, U extends string>`: names that stand for their bounds from here on. */
export function readTypeParameters(cursor: Cursor): void {
  cursor.need("<");
  while (!cursor.is(">")) {
    if (cursor.peek().kind !== "name") cursor.fail("the name of a type parameter");
    const { text: name } = cursor.take();
    cursor.bounds.set(name, cursor.has("extends") ? readType(cursor) : ANY);
    if (cursor.has("=")) readType(cursor);
    if (!cursor.has(",")) break;
  }
  cursor.need(">");
}
