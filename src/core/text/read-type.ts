/**
 * A recursive-descent parser for the TypeScript types of a function's parameters and result:
 * primitives, literals, unions, arrays, tuples, objects, `Record`, type parameters. Any other type
 * with correct syntax is `foreign`.
 */
import { type Cursor, TypeSyntaxError } from "./cursor.ts";
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

/** @throws TypeSyntaxError at the first token that cannot continue a type. */
export function readType(cursor: Cursor): Type {
  return cursor.nested(() => {
    cursor.accept("|");
    const options = [intersection(cursor)];
    while (cursor.accept("|")) options.push(intersection(cursor));
    return unionOf(options);
  });
}

function intersection(cursor: Cursor): Type {
  const { at } = cursor.peek();
  const first = array(cursor);
  if (!cursor.is("&")) return first;
  while (cursor.accept("&")) array(cursor);
  return cursor.foreignSince(at);
}

function array(cursor: Cursor): Type {
  const { at } = cursor.peek();
  let type = primary(cursor);
  for (let levels = 1; cursor.accept("["); levels++) {
    if (cursor.accept("]")) {
      const items = type;
      type = cursor.nested(() => ({ kind: "array", items }), levels);
    } else {
      readType(cursor);
      cursor.expect("]");
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
  if (cursor.accept("-")) {
    if (cursor.peek().kind !== "number") cursor.fail("a number");
    return { kind: "literal", value: -Number(cursor.take().text) };
  }
  return cursor.is("`")
    ? cursor.fail("a type", 'write string, or the strings as "a" | "b"')
    : cursor.fail("a type", "write one such as number, string[] or { x: number }");
}

function inBrackets(cursor: Cursor): Type {
  cursor.expect("(");
  const type = readType(cursor);
  cursor.expect(")");
  return type;
}

function functionType(cursor: Cursor): Type {
  const { at } = cursor.peek();
  cursor.expect("(");
  cursor.skipTo([")"]);
  cursor.expect(")");
  cursor.expect("=>");
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
  while (cursor.accept(".")) {
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
    throw new TypeSyntaxError(at, `expected ${wanted} of ${name}, got ${given.length}`);
  }
}

/** If all keys are literals, they are fields. */
function record(keys: Type, values: Type): Type {
  const options = keys.kind === "union" ? keys.options : [keys];
  const names = options.flatMap((key) => (key.kind === "literal" ? [String(key.value)] : []));
  return names.length < options.length
    ? { kind: "object", fields: [], others: values }
    : { kind: "object", fields: names.map((name) => ({ name, type: values, optional: false })) };
}

function typeArguments(cursor: Cursor): readonly Type[] {
  const given: Type[] = [];
  cursor.expect("<");
  while (!cursor.is(">")) {
    given.push(readType(cursor));
    if (!cursor.accept(",")) break;
  }
  cursor.expect(">");
  return given;
}

/** `<T, U extends string>`: from here on, each name is read as its bound. */
export function readTypeParameters(cursor: Cursor): void {
  cursor.expect("<");
  while (!cursor.is(">")) {
    if (cursor.peek().kind !== "name") cursor.fail("the name of a type parameter");
    const { text: name } = cursor.take();
    cursor.bounds.set(name, cursor.accept("extends") ? readType(cursor) : ANY);
    if (cursor.accept("=")) readType(cursor);
    if (!cursor.accept(",")) break;
  }
  cursor.expect(">");
}
