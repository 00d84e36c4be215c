/** A place in a TypeScript text: the next token, and what is said when it is not the expected one. */
import { type Token, tokenAt } from "./token.ts";
import { DEEPEST, type ForeignType, type Type } from "./type.ts";

/** The text is not what it should be: where, and what was expected, got, and to be done. */
export class Unreadable extends Error {
  /** The character, counted from 0. */
  readonly at: number;

  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

export interface Cursor {
  /** The next token, which is not taken. */
  peek(): Token;
  /** The one so many behind the next. */
  ahead(count: number): Token;
  take(): Token;
  /** Position behind the last token that was taken. */
  end(): number;
  /** Whether the next token is this mark or name. */
  is(text: string): boolean;
  /** Takes it if it is. */
  has(text: string): boolean;
  /** @throws Unreadable if it is not. */
  need(text: string, hint?: string): void;
  /** @throws Unreadable: something else was expected than what stands there. */
  fail(expected: string, hint?: string): never;
  /** What was taken since a position, as a type that JSON does not carry. */
  foreignSince(at: number): ForeignType;
  /** Reads so many levels further down. @throws Unreadable if that is too deep. */
  nested(read: () => Type, levels?: number): Type;
  /** Whether `=>` stands behind the bracket that is next and its counterpart. */
  isBeforeArrow(): boolean;
  /** Takes everything up to one of these marks outside of all brackets. */
  skipTo(marks: readonly string[]): void;
  /** What names of type parameters stand for. */
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
    throw new Unreadable(next.at, `expected ${expected}, got ${got}${advice}`);
  }

  return {
    peek: () => next,
    ahead(count) {
      let token = next;
      for (let left = count; left > 0; left--) token = tokenAt(text, token.end);
      return token;
    },
    take,
    end: () => end,
    is,
    has(mark) {
      if (!is(mark)) return false;
      take();
      return true;
    },
    need(mark, hint) {
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
      if (depth > DEEPEST) {
        throw new Unreadable(next.at, `types nest more than ${DEEPEST} deep; write a flatter one`);
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
