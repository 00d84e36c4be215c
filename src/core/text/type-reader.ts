/**
 * Reads TypeScript types by recursive descent, as far as a function's parameters and result need
 * them: primitives, literals, unions, arrays, tuples, objects, `Record`, type parameters. Any other
 * type that is written correctly is `foreign`.
 */
import { stringValue, type Token, tokenAt } from "./scanner.ts";
import {
  ANY,
  DEEPEST,
  type Field,
  type ForeignType,
  type PrimitiveName,
  type Type,
  typeText,
  unionOf,
} from "./type.ts";

/** The text is not what it should be: where, and what was expected, got, and to be done. */
export class Unreadable extends Error {
  readonly at: number;

  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

const PRIMITIVES: ReadonlySet<string> = new Set<PrimitiveName>([
  "string",
  "number",
  "integer",
  "boolean",
  "null",
]);

export interface TypeReader {
  /** The next token, not yet taken. */
  peek(): Token;
  take(): Token;
  /** Takes this mark or name if it is the next one. */
  has(text: string): boolean;
  /** @throws Unreadable if the next token is another one. */
  need(text: string, hint?: string): Token;
  /** @throws Unreadable, saying that something else was expected than what stands there. */
  fail(expected: string, hint?: string): never;
  type(): Type;
  /** `<T, U extends string>`: names that stand for their bounds from here on. */
  typeParameters(): void;
  /** Position behind the last token that was taken. */
  end(): number;
  /** Whether the bracket that stands next is the parameter list of a function type. */
  isFunctionType(): boolean;
  /** Takes a balanced stretch up to a mark outside of all brackets, which stays. */
  skipTo(marks: readonly string[]): void;
}

export function typeReader(text: string): TypeReader {
  const bounds = new Map<string, Type>();
  let next = tokenAt(text, 0);
  let end = 0;
  let depth = 0;

  const peek = (): Token => next;
  const is = (mark: string): boolean => next.text === mark && next.kind !== "string";
  function take(): Token {
    const token = next;
    end = token.end;
    next = tokenAt(text, end);
    return token;
  }
  function has(mark: string): boolean {
    if (!is(mark)) return false;
    take();
    return true;
  }
  function fail(expected: string, hint?: string): never {
    const got = next.kind === "end" ? "the end" : JSON.stringify(next.text.slice(0, 40));
    const advice = hint === undefined ? "" : `; ${hint}`;
    throw new Unreadable(next.at, `expected ${expected}, got ${got}${advice}`);
  }
  const need = (mark: string, hint?: string): Token => {
    if (!is(mark)) fail(JSON.stringify(mark), hint);
    return take();
  };
  const foreign = (at: number): ForeignType => ({
    kind: "foreign",
    text: text.slice(at, end).replace(/\s+/g, " "),
    at,
  });

  /** One level down, in the type and on our own stack. */
  function nested(read: () => Type, levels = 1): Type {
    depth += levels;
    if (depth > DEEPEST) {
      throw new Unreadable(next.at, `types nest more than ${DEEPEST} deep; write a flatter one`);
    }
    const found = read();
    depth -= levels;
    return found;
  }

  function type(): Type {
    return nested(() => {
      has("|");
      const options = [intersection()];
      while (has("|")) options.push(intersection());
      return unionOf(options);
    });
  }

  function intersection(): Type {
    const at = next.at;
    const first = array();
    if (!is("&")) return first;
    while (has("&")) array();
    return foreign(at);
  }

  function array(): Type {
    const at = next.at;
    let items = primary();
    for (let levels = 1; has("["); levels++) {
      if (has("]")) {
        const inner = items;
        items = nested(() => ({ kind: "array", items: inner }), levels);
      } else {
        type();
        need("]");
        items = foreign(at);
      }
    }
    return items;
  }

  function primary(): Type {
    const { kind, text: word } = next;
    if (kind === "string") return { kind: "literal", value: stringValue(take()) };
    if (kind === "number") return { kind: "literal", value: Number(take().text) };
    if (kind === "name") return named();
    if (word === "-") {
      take();
      if (next.kind !== "number") fail("a number");
      return { kind: "literal", value: -Number(take().text) };
    }
    if (word === "{") return object();
    if (word === "[") return tuple();
    if (word === "(") return isFunctionType() ? functionType() : parenthesised();
    if (word === "`") return fail("a type", 'write string, or the strings as "a" | "b"');
    return fail("a type", "write one such as number, string[] or { x: number }");
  }

  function parenthesised(): Type {
    need("(");
    const inner = type();
    need(")");
    return inner;
  }

  function functionType(): Type {
    const at = next.at;
    need("(");
    skipTo([")"]);
    need(")");
    need("=>");
    type();
    return foreign(at);
  }

  function isFunctionType(): boolean {
    let open = 0;
    let position = next.at;
    for (;;) {
      const token = tokenAt(text, position);
      if (token.kind === "end") return false;
      if (token.kind === "mark" && "([{".includes(token.text)) open++;
      if (token.kind === "mark" && ")]}".includes(token.text) && --open === 0) {
        return tokenAt(text, token.end).text === "=>";
      }
      position = token.end;
    }
  }

  function skipTo(marks: readonly string[]): void {
    let open = 0;
    for (;;) {
      if (next.kind === "end") fail(marks.map((mark) => JSON.stringify(mark)).join(" or "));
      if (open === 0 && next.kind === "mark" && marks.includes(next.text)) return;
      if (next.kind === "mark" && "([{".includes(next.text)) open++;
      if (next.kind === "mark" && ")]}".includes(next.text)) open--;
      take();
    }
  }

  function tuple(): Type {
    need("[");
    const items: Type[] = [];
    let least = 0;
    let rest: Type | undefined;
    while (!is("]")) {
      const spread = has("...");
      const labelled = labelOf();
      const at = next.at;
      const item = type();
      const optional = labelled === "optional" || (!spread && has("?"));
      if (rest !== undefined) throw new Unreadable(at, "expected the rest of a tuple at its end");
      if (spread) rest = itemsOf(item, at);
      else if (optional) items.push(item);
      else if (least < items.length) {
        throw new Unreadable(at, "expected no item that must be there behind one that need not");
      } else {
        items.push(item);
        least++;
      }
      if (!has(",")) break;
    }
    need("]");
    return { kind: "tuple", items, least, ...(rest === undefined ? {} : { rest }) };
  }

  /** `name:` or `name?:` before an item of a tuple. */
  function labelOf(): "none" | "label" | "optional" {
    if (next.kind !== "name") return "none";
    const mark = tokenAt(text, next.end);
    const isOptional = mark.text === "?" && tokenAt(text, mark.end).text === ":";
    if (mark.text !== ":" && !isOptional) return "none";
    take();
    take();
    if (isOptional) take();
    return isOptional ? "optional" : "label";
  }

  function itemsOf(list: Type, at: number): Type {
    if (list.kind === "array") return list.items;
    throw new Unreadable(at, `expected an array behind "...", got ${typeText(list)}`);
  }

  function object(): Type {
    need("{");
    const fields = new Map<string, Field>();
    let others: Type | undefined;
    while (!is("}")) {
      if (is("readonly") && !/^[?:]/.test(tokenAt(text, next.end).text)) take();
      if (is("[")) {
        others = indexed();
      } else {
        const field = fieldOf();
        fields.set(field.name, field);
      }
      if (!has(";")) has(",");
    }
    need("}");
    const open = others === undefined ? {} : { others };
    return { kind: "object", fields: [...fields.values()], ...open };
  }

  /** `[key: string]: T`. */
  function indexed(): Type {
    const hint = "write [key: string]: and a type for fields of any name";
    need("[");
    if (next.kind !== "name") fail("a name", hint);
    take();
    need(":", hint);
    if (!has("string")) need("number", hint);
    need("]", hint);
    need(":");
    return type();
  }

  function fieldOf(): Field {
    const { kind, text: word } = next;
    if (kind !== "name" && kind !== "string" && kind !== "number") {
      fail('the name of a field or "}"');
    }
    const name = kind === "string" ? stringValue(next) : word;
    take();
    const optional = has("?");
    need(":", is("(") ? "JSON carries no functions: take the method out" : undefined);
    const declared = type();
    return { name, optional, type: optional ? withoutUndefined(declared) : declared };
  }

  function named(): Type {
    const { at, text: name } = take();
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
        return nested(array);
      case "Array":
      case "ReadonlyArray":
        return is("<") ? { kind: "array", items: argument(name, 1) } : foreign(at);
      case "Readonly":
        return is("<") ? argument(name, 1) : foreign(at);
      case "Record":
        return is("<") ? record() : foreign(at);
      default:
        return bounds.get(name) ?? reference(at);
    }
  }

  /** The last of so many type arguments. */
  function argument(name: string, count: number): Type {
    const given = typeArguments();
    if (given.length !== count) {
      const arguments_ = `${count} type argument${count === 1 ? "" : "s"}`;
      throw new Unreadable(end, `expected ${arguments_} of ${name}, got ${given.length}`);
    }
    return given.at(-1) ?? ANY;
  }

  function record(): Type {
    const { at } = next;
    const given = typeArguments();
    const [keys = ANY, values = ANY] = given;
    if (given.length !== 2) {
      throw new Unreadable(at, `expected Record<string, T>, got ${given.length} type arguments`);
    }
    const names = keys.kind === "union" ? keys.options : [keys];
    const literals = names.flatMap((key) => (key.kind === "literal" ? [String(key.value)] : []));
    return literals.length < names.length
      ? { kind: "object", fields: [], others: values }
      : {
          kind: "object",
          fields: literals.map((name) => ({ name, type: values, optional: false })),
        };
  }

  function typeArguments(): readonly Type[] {
    need("<");
    const given: Type[] = [];
    while (!is(">")) {
      given.push(type());
      if (!has(",")) break;
    }
    need(">");
    return given;
  }

  /** A name that nothing is known of: `Date`, `Map<string, number>`, `geo.Point`. */
  function reference(at: number): Type {
    while (has(".")) {
      if (next.kind !== "name") fail("a name");
      take();
    }
    if (is("<")) typeArguments();
    return foreign(at);
  }

  function typeParameters(): void {
    need("<");
    while (!is(">")) {
      if (next.kind !== "name") fail("the name of a type parameter");
      const { text: name } = take();
      bounds.set(name, has("extends") ? type() : ANY);
      if (has("=")) type();
      if (!has(",")) break;
    }
    need(">");
  }

  return {
    peek,
    take,
    has,
    need,
    fail,
    type,
    typeParameters,
    end: () => end,
    isFunctionType,
    skipTo,
  };
}

/** What may be absent is said so by "?": beside it, `undefined` adds nothing. */
export function withoutUndefined(type: Type): Type {
  if (type.kind !== "union") return type;
  return unionOf(
    type.options.filter((option) => option.kind !== "foreign" || option.text !== "undefined"),
  );
}
