/**
 * Reads the JSON that models write: single quotes, bare keys, trailing commas, comments, Python's
 * None and True, raw line breaks in strings.
 *
 * It repairs the writing, never the content: what is cut off, doubled or ambiguous is a problem
 * with a place, and no value.
 */
import { inexactFault, type Json } from "../../core/json.ts";

export type RelaxedRead =
  | {
      readonly status: "read";
      readonly value: Json /** First position after it. */;
      readonly end: number;
    }
  | { readonly status: "unread"; readonly reason: string; readonly at: number };

/** Deeper nesting is refused, so that hostile text cannot exhaust the stack. */
const DEEPEST = 100;

class Unread extends Error {
  readonly at: number;

  constructor(reason: string, at: number) {
    super(reason);
    this.at = at;
  }
}

/** One value that starts at or after `start`, spaces and comments aside. Linear in the text. */
export function readRelaxedJson(text: string, start = 0): RelaxedRead {
  const reader = new Reader(text, start);
  try {
    const value = reader.value(0);
    return { status: "read", value, end: reader.at };
  } catch (error) {
    if (error instanceof Unread) return { status: "unread", reason: error.message, at: error.at };
    throw error;
  }
}

/** The whole text as one value; anything but spaces and `;` after it is a problem. */
export function parseRelaxedJson(text: string): RelaxedRead {
  const read = readRelaxedJson(text);
  if (read.status === "unread" || /^[\s;]*$/.test(text.slice(read.end))) return read;
  return { status: "unread", reason: "text after the end of the value", at: read.end };
}

const WORDS: Readonly<Record<string, Json>> = {
  true: true,
  false: false,
  null: null,
  True: true,
  False: false,
  None: null,
};

/** Also the reader of call arguments: `pythonic.ts` goes on where a value ends. */
export class Reader {
  readonly text: string;
  at: number;

  constructor(text: string, start: number) {
    this.text = text;
    this.at = start;
  }

  fail(reason: string): never {
    throw new Unread(this.at >= this.text.length ? `cut off: ${reason}` : reason, this.at);
  }

  skip(): void {
    const gap = /(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/y;
    gap.lastIndex = this.at;
    gap.exec(this.text);
    this.at = gap.lastIndex;
  }

  /** Steps over `token` after spaces, if it is there. */
  take(token: string): boolean {
    this.skip();
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  match(pattern: RegExp): string | undefined {
    const sticky = new RegExp(pattern.source, "y");
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  value(depth: number): Json {
    if (depth > DEEPEST) this.fail(`nested deeper than ${DEEPEST}`);
    this.skip();
    const next = this.text[this.at];
    if (next === "{") return this.object(depth);
    if (next === "[" || next === "(") return this.array(depth, next === "[" ? "]" : ")");
    if (next === '"' || next === "'" || next === "`") return this.string(next);
    const number = this.match(/[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/);
    if (number !== undefined) {
      const fault = inexactFault(number);
      return fault === undefined ? Number(number) : this.fail(fault);
    }
    const word = this.match(/[A-Za-z_]\w*/);
    if (word !== undefined && Object.hasOwn(WORDS, word)) return WORDS[word] as Json;
    // At the very end, the word may be half of one.
    if (word !== undefined && this.at < this.text.length) this.at -= word.length;
    return this.fail(word === undefined ? "a value was expected" : `"${word}" is no value`);
  }

  private object(depth: number): Json {
    this.take("{");
    const entries = new Map<string, Json>();
    while (!this.take("}")) {
      const key = this.key();
      if (entries.has(key)) this.fail(`the key "${key}" comes twice`);
      if (!this.take(":")) this.fail("a colon was expected");
      entries.set(key, this.value(depth + 1));
      if (!this.take(",") && !this.ahead("}")) this.fail("a comma or } was expected");
    }
    return Object.fromEntries(entries);
  }

  private array(depth: number, close: string): Json {
    this.at++;
    const items: Json[] = [];
    while (!this.take(close)) {
      items.push(this.value(depth + 1));
      if (!this.take(",") && !this.ahead(close)) this.fail(`a comma or ${close} was expected`);
    }
    return items;
  }

  ahead(token: string): boolean {
    this.skip();
    return this.text.startsWith(token, this.at);
  }

  private key(): string {
    this.skip();
    const quote = this.text[this.at];
    if (quote === '"' || quote === "'") return this.string(quote);
    return this.match(/[A-Za-z_$][\w$-]*/) ?? this.fail("a key was expected");
  }

  private string(quote: string): string {
    if (this.text.startsWith(quote.repeat(3), this.at)) return this.longString(quote.repeat(3));
    this.at++;
    let out = "";
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) this.fail("a string without end");
      this.at++;
      if (char === quote) return out;
      out += char === "\\" ? this.escape() : char;
    }
  }

  private longString(quotes: string): string {
    const end = this.text.indexOf(quotes, this.at + 3);
    if (end === -1) {
      this.at = this.text.length;
      this.fail("a string without end");
    }
    const inside = this.text.slice(this.at + 3, end);
    this.at = end + 3;
    return inside;
  }

  private escape(): string {
    const char = this.text[this.at] ?? this.fail("a string without end");
    this.at++;
    if (char === "u" || char === "x") {
      const digits = this.match(char === "u" ? /[0-9a-fA-F]{4}/ : /[0-9a-fA-F]{2}/);
      if (digits === undefined) this.fail(`\\${char} without its hexadecimal digits`);
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const named: Readonly<Record<string, string>> = {
      n: "\n",
      t: "\t",
      r: "\r",
      b: "\b",
      f: "\f",
      "\n": "",
    };
    return named[char] ?? char;
  }
}

/** Runs a read and turns the reader's own problem into a value. */
export function reading<T>(
  work: () => T,
):
  | { readonly status: "read"; readonly value: T }
  | { readonly status: "unread"; readonly reason: string; readonly at: number } {
  try {
    return { status: "read", value: work() };
  } catch (error) {
    if (error instanceof Unread) return { status: "unread", reason: error.message, at: error.at };
    throw error;
  }
}
