/** A position in a TypeScript text: reads tokens and reports what was expected instead. */
import { type Token, tokenAt } from "./token.ts";
import { type ForeignType, MAX_TYPE_DEPTH, type Type } from "./type.ts";

/** A syntax error: its position, what was expected, what was got, and what to do. */
export class TypeSyntaxError extends Error {
  /** Index of the character, from 0. */
  readonly at: number;

  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

export interface Cursor {
  /** The next token, without consuming it. */
  peek(): Token;
  /** The token `count` positions after the next one, without consuming it. */
  peekAfter(count: number): Token;
  take(): Token;
  /** Position after the last consumed token. */
  end(): number;
  /** Whether the next token is this mark or name. */
  is(text: string): boolean;
  /** Consumes the next token if it is this mark or name; returns whether it was. */
  accept(text: string): boolean;
  /** Consumes this mark or name. @throws TypeSyntaxError if the next token is another. */
  expect(text: string, hint?: string): void;
  /** @throws TypeSyntaxError: the next token is not what was expected. */
  fail(expected: string, hint?: string): never;
  /** The text since a position, as a type that JSON does not carry. */
  foreignSince(at: number): ForeignType;
  /** Reads at a deeper nesting level. @throws TypeSyntaxError if that is too deep. */
  nested(read: () => Type, levels?: number): Type;
  /** Whether `=>` follows the next bracket and its counterpart. */
  isBeforeArrow(): boolean;
  /** Consumes everything before the first of these marks outside of all brackets. */
  skipTo(marks: readonly string[]): void;
  /** Type parameter -> its bound. */
  readonly bounds: Map<string, Type>;
}

export function cursorOf(text: string): Cursor {
  let next = tokenAt(text, 0);
  let end = 0;
  let depth = 0;

  const is = (mark: string): boolean => next.kind !== "string" && next.text === mark;
  function take(): Token {
    const token = next;
    end = token.end;
    next = tokenAt(text, end);
    return token;
  }
  function fail(expected: string, hint?: string): never {
    const got = next.kind === "end" ? "the end" : JSON.stringify(next.text.slice(0, 40));
    const advice = hint === undefined ? "" : `; ${hint}`;
    throw new TypeSyntaxError(next.at, `expected ${expected}, got ${got}${advice}`);
  }

  return {
    peek: () => next,
    peekAfter(count) {
      let token = next;
      for (let left = count; left > 0; left--) token = tokenAt(text, token.end);
      return token;
    },
    take,
    end: () => end,
    is,
    accept(mark) {
      if (!is(mark)) return false;
      take();
      return true;
    },
    expect(mark, hint) {
      if (!is(mark)) fail(JSON.stringify(mark), hint);
      take();
    },
    fail,
    foreignSince: (at) => ({
      kind: "foreign",
      text: text.slice(at, end).replace(/\s+/g, " "),
      at,
    }),
    nested(read, levels = 1) {
      depth += levels;
      if (depth > MAX_TYPE_DEPTH) {
        throw new TypeSyntaxError(
          next.at,
          `expected types nested at most ${MAX_TYPE_DEPTH} deep, got a deeper one; write a flatter one`,
        );
      }
      const type = read();
      depth -= levels;
      return type;
    },
    isBeforeArrow() {
      let open = 0;
      for (let token = next; token.kind !== "end"; token = tokenAt(text, token.end)) {
        open += levelOf(token);
        if (open === 0) return tokenAt(text, token.end).text === "=>";
      }
      return false;
    },
    skipTo(marks) {
      let open = 0;
      while (open > 0 || next.kind !== "mark" || !marks.includes(next.text)) {
        if (next.kind === "end") fail(marks.map((mark) => JSON.stringify(mark)).join(" or "));
        open += levelOf(take());
      }
    },
    bounds: new Map(),
  };
}

function levelOf({ kind, text }: Token): number {
  if (kind !== "mark") return 0;
  if ("([{".includes(text)) return 1;
  return ")]}".includes(text) ? -1 : 0;
}
