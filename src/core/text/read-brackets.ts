/** The types that stand in brackets: tuples and objects. */
import { present } from "../present.ts";
import { type Cursor, Unreadable } from "./cursor.ts";
import { stringValue } from "./token.ts";
import { type Field, type Type, typeText, unionOf } from "./type.ts";

type ReadType = (cursor: Cursor) => Type;

export function readTuple(cursor: Cursor, readType: ReadType): Type {
  const items: Type[] = [];
  let least = 0;
  let rest: Type | undefined;
  cursor.need("[");
  while (!cursor.is("]")) {
    const { at } = cursor.peek();
    if (rest !== undefined) throw new Unreadable(at, 'expected nothing behind "..." in a tuple');
    const isRest = cursor.has("...");
    const label = labelOf(cursor);
    const item = readType(cursor);
    if (isRest) {
      rest = itemsOf(item, at);
    } else {
      const isOptional = label === "optional" || cursor.has("?");
      if (!isOptional && least < items.length) {
        throw new Unreadable(at, "expected no item that must be there behind one that need not");
      }
      if (!isOptional) least++;
      items.push(item);
    }
    if (!cursor.has(",")) break;
  }
  cursor.need("]");
  return { kind: "tuple", items, least, ...present({ rest }) };
}

/** Takes `name:` or `name?:` before an item. */
function labelOf(cursor: Cursor): "none" | "label" | "optional" {
  if (cursor.peek().kind !== "name") return "none";
  const [first, second] = [cursor.ahead(1).text, cursor.ahead(2).text];
  if (first !== ":" && (first !== "?" || second !== ":")) return "none";
  cursor.take();
  const isOptional = cursor.has("?");
  cursor.need(":");
  return isOptional ? "optional" : "label";
}

function itemsOf(list: Type, at: number): Type {
  if (list.kind === "array") return list.items;
  throw new Unreadable(at, `expected an array behind "...", got ${typeText(list)}`);
}

export function readObject(cursor: Cursor, readType: ReadType): Type {
  const fields = new Map<string, Field>();
  let others: Type | undefined;
  cursor.need("{");
  while (!cursor.is("}")) {
    const isModifier = cursor.is("readonly") && !/^[?:]/.test(cursor.ahead(1).text);
    if (isModifier) cursor.take();
    if (cursor.is("[")) {
      others = readOthers(cursor, readType);
    } else {
      const field = readField(cursor, readType);
      fields.set(field.name, field);
    }
    if (!cursor.has(";")) cursor.has(",");
  }
  cursor.need("}");
  return { kind: "object", fields: [...fields.values()], ...present({ others }) };
}

/** `[key: string]: T`. */
function readOthers(cursor: Cursor, readType: ReadType): Type {
  const hint = "write [key: string]: and a type for fields of any name";
  cursor.need("[");
  if (cursor.peek().kind !== "name") cursor.fail("a name", hint);
  cursor.take();
  cursor.need(":", hint);
  if (!cursor.has("string")) cursor.need("number", hint);
  cursor.need("]", hint);
  cursor.need(":");
  return readType(cursor);
}

function readField(cursor: Cursor, readType: ReadType): Field {
  const token = cursor.peek();
  const { kind } = token;
  if (kind !== "name" && kind !== "string" && kind !== "number") {
    cursor.fail('the name of a field or "}"');
  }
  cursor.take();
  const name = kind === "string" ? stringValue(token) : token.text;
  const optional = cursor.has("?");
  const isMethod = cursor.is("(") || cursor.is("<");
  cursor.need(":", isMethod ? "JSON carries no functions: take the method out" : undefined);
  const type = readType(cursor);
  return { name, optional, type: optional ? withoutUndefined(type) : type };
}

/** What may be absent is said so by "?": beside it, `undefined` adds nothing. */
export function withoutUndefined(type: Type): Type {
  if (type.kind !== "union") return type;
  return unionOf(
    type.options.filter((option) => option.kind !== "foreign" || option.text !== "undefined"),
  );
}
