/** A lazy tokenizer for TypeScript: the text after a type need not be TypeScript. */

export interface Token {
  /** "invalid": a string without its end, or a character that no token starts with. */
  readonly kind: "name" | "number" | "string" | "mark" | "invalid" | "end";
  /** The source text. */
  readonly text: string;
  /** Position of the first character. */
  readonly at: number;
  /** Position after the last character. */
  readonly end: number;
}

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[^*]*\*+(?:[^*/][^*]*\*+)*\/)*/y;
const TOKEN =
  /([\p{ID_Start}$_][\p{ID_Continue}$]*)|((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|("(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')|(=>|\.\.\.|[()[\]{}<>|&:;,?=.*-])|(\S)|$/uy;
const KINDS = ["name", "number", "string", "mark", "invalid"] as const;

/** The next token at a position; spaces and comments before it are skipped. */
export function tokenAt(text: string, position: number): Token {
  SPACE.lastIndex = position;
  const at = position + (SPACE.exec(text)?.[0].length ?? 0);
  TOKEN.lastIndex = at;
  const [whole = "", ...groups] = TOKEN.exec(text) ?? [];
  const kind = KINDS[groups.findIndex((group) => group !== undefined)] ?? "end";
  return { kind, text: whole, at, end: at + whole.length };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  "0": "\0",
};

/** The value of a string token. */
export function stringValue({ text }: Token): string {
  return text
    .slice(1, -1)
    .replace(
      /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/gsu,
      (whole, braced?: string, four?: string, two?: string, sign: string = "") => {
        const digits = braced ?? four ?? two;
        if (digits === undefined) return ESCAPES[sign] ?? sign;
        const code = Number.parseInt(digits, 16);
        return code > 0x10ffff ? whole : String.fromCodePoint(code);
      },
    );
}
