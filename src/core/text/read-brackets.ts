/** Reads the types in brackets: tuples and objects. */
import { present } from "../present.ts";
import { type Cursor, TypeSyntaxError } from "./cursor.ts";
import { stringValue } from "./token.ts";
import { type Field, type Type, typeText, unionOf } from "./type.ts";

type ReadType = (cursor: Cursor) => Type;

export function readTuple(cursor: Cursor, readType: ReadType): Type {
  const items: Type[] = [];
  let least = 0;
  let rest: Type | undefined;
  cursor.expect("[");
  while (!cursor.is("]")) {
    const { at } = cursor.peek();
    if (rest !== undefined) {
      throw new TypeSyntaxError(at, 'expected no item after "..." in a tuple');
    }
    const isRest = cursor.accept("...");
    const label = labelOf(cursor);
    const item = readType(cursor);
    if (isRest) {
      rest = itemsOf(item, at);
    } else {
      const isOptional = label === "optional" || cursor.accept("?");
      if (!isOptional && least < items.length) {
        throw new TypeSyntaxError(at, "expected no required item after an optional one");
      }
      if (!isOptional) least++;
      items.push(item);
    }
    if (!cursor.accept(",")) break;
  }
  cursor.expect("]");
  return { kind: "tuple", items, least, ...present({ rest }) };
}

/** Consumes `name:` or `name?:` before an item. */
function labelOf(cursor: Cursor): "none" | "label" | "optional" {
  if (cursor.peek().kind !== "name") return "none";
  const [first, second] = [cursor.peekAfter(1).text, cursor.peekAfter(2).text];
  if (first !== ":" && (first !== "?" || second !== ":")) return "none";
  cursor.take();
  const isOptional = cursor.accept("?");
  cursor.expect(":");
  return isOptional ? "optional" : "label";
}

function itemsOf(list: Type, at: number): Type {
  if (list.kind === "array") return list.items;
  throw new TypeSyntaxError(at, `expected an array after "...", got ${typeText(list)}`);
}

export function readObject(cursor: Cursor, readType: ReadType): Type {
  const fields = new Map<string, Field>();
  let others: Type | undefined;
  cursor.expect("{");
  while (!cursor.is("}")) {
    const isModifier = cursor.is("readonly") && !/^[?:]/.test(cursor.peekAfter(1).text);
    if (isModifier) cursor.take();
    if (cursor.is("[")) {
      others = readOthers(cursor, readType);
    } else {
      const field = readField(cursor, readType);
      fields.set(field.name, field);
    }
    if (!cursor.accept(";")) cursor.accept(",");
  }
  cursor.expect("}");
  return { kind: "object", fields: [...fields.values()], ...present({ others }) };
}

/** `[key: string]: T`. */
function readOthers(cursor: Cursor, readType: ReadType): Type {
  const hint = "write [key: string]: and a type for fields with any name";
  cursor.expect("[");
  if (cursor.peek().kind !== "name") cursor.fail("a name", hint);
  cursor.take();
  cursor.expect(":", hint);
  if (!cursor.accept("string")) cursor.expect("number", hint);
  cursor.expect("]", hint);
  cursor.expect(":");
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
  const optional = cursor.accept("?");
  const isMethod = cursor.is("(") || cursor.is("<");
  cursor.expect(":", isMethod ? "JSON has no functions: remove the method" : undefined);
  const type = readType(cursor);
  return { name, optional, type: optional ? withoutUndefined(type) : type };
}

/** "?" already says that a field may be absent, so `undefined` adds nothing. */
export function withoutUndefined(type: Type): Type {
  if (type.kind !== "union") return type;
  return unionOf(
    type.options.filter((option) => option.kind !== "foreign" || option.text !== "undefined"),
  );
}
