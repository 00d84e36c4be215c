/**
 * Types out of TypeScript that nobody has read.
 *
 * Node's own stripper parses in WebAssembly without a guard on its stack: text that nests deeply
 * (from some 400 levels on) breaks it for the rest of the process, and with it every later import of
 * a `.ts` file. So what could nest that deeply is counted first, and refused.
 *
 * Holds: no text below the bounds reaches half of the depth at which any construct was seen to
 * break it. Does not hold: that every harmless text is below the bounds; refusing one costs a
 * candidate, no more.
 */
import { stripTypeScriptTypes } from "node:module";

/** Characters of a text; operators nest by one character at least. */
const LONGEST = 60_000;
/** Open brackets at a time, whatever they stand in. */
const DEEPEST = 150;
/** Operators and nesting keywords in a stretch without `;`, `,` or braces. */
const LONGEST_CHAIN = 400;
/** What can nest across such stretches, by its count in the whole text. */
const MOST: readonly (readonly [RegExp, number])[] = [
  [/=>/g, 250],
  [/\b(?:for|else|while|if|do|with)\b/g, 400],
  [/</g, 600],
  [/=/g, 1_500],
  [/[([{]/g, 2_000],
];

export type Stripped =
  | { readonly status: "stripped"; readonly text: string }
  /** Does not parse, or nests beyond the bounds. */
  | { readonly status: "failed"; readonly reason: string };

/** Blanks in place of types: same length, same lines. */
export function stripTypes(text: string): Stripped {
  if (!isShallow(text)) {
    return { status: "failed", reason: "too long or too deeply nested to take its types off" };
  }
  // The function is marked experimental in Node 24 and says so once; candidates are not the place
  // where a person should read that. The call is synchronous, so nobody else's warning is lost.
  const emit = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return { status: "stripped", text: stripTypeScriptTypes(text, { mode: "strip" }) };
  } catch (error) {
    if (error instanceof Error) return { status: "failed", reason: faultOf(error) };
    throw error;
  } finally {
    process.emitWarning = emit;
  }
}

/** The parser's first line, with the line of the text where the stack names it. */
function faultOf({ message, stack = "" }: Error): string {
  const line = /^[^\n]*?:(\d+)\n/.exec(stack)?.[1];
  const fault = `SyntaxError: ${(message.split("\n")[0] ?? "").slice(0, 200)}`;
  return line === undefined ? fault : `${fault} (line ${line})`;
}

/** Counts without regard to strings and comments: too much rather than too little. Linear. */
function isShallow(text: string): boolean {
  if (text.length > LONGEST) return false;
  if (MOST.some(([pattern, most]) => [...text.matchAll(pattern)].length > most)) return false;
  let depth = 0;
  let chain = 0;
  const marks =
    /[([{)\]}]|[;,]|[-!~+*/%&|^=<>?:.]|\b(?:new|typeof|void|delete|await|yield|do|if|while|with|extends|as|satisfies|keyof|infer|in|of|instanceof)\b/g;
  for (const [mark] of text.matchAll(marks)) {
    if (mark === "(" || mark === "[" || mark === "{") depth++;
    if ((mark === ")" || mark === "]" || mark === "}") && depth > 0) depth--;
    chain = /[;,{}]/.test(mark) ? 0 : chain + 1;
    if (depth > DEEPEST || chain > LONGEST_CHAIN) return false;
  }
  return true;
}
