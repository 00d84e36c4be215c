/**
 * Removes types from untrusted TypeScript.
 *
 * Node's own stripper parses in WebAssembly without a stack limit: deeply nested text (from about 400
 * levels) breaks it for the rest of the process, and with it every later import of a `.ts` file. So
 * constructs that could nest that deeply are counted first, and such texts are refused.
 *
 * Holds: no text below the limits reaches half of the depth at which any construct was seen to
 * break the stripper. Does not hold: that every harmless text is below the limits; a refused text
 * costs only one candidate.
 */
import { stripTypeScriptTypes } from "node:module";

/** Characters of a text; each nested operator takes at least one. */
const MAX_LENGTH = 60_000;
/** Brackets that are open at the same time, also in strings and comments. */
const MAX_DEPTH = 150;
/** Operators and nesting keywords in a stretch without `;`, `,` or braces. */
const MAX_CHAIN = 400;
/** Constructs that can nest across such stretches, with their maximum count in the whole text. */
const MAX_COUNTS: readonly (readonly [RegExp, number])[] = [
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

/** Replaces types by spaces: same length, same lines. */
export function stripTypes(text: string): Stripped {
  if (!isShallow(text)) {
    return { status: "failed", reason: "too long or too deeply nested to strip its types" };
  }
  // Node 24 prints one warning that the function is experimental; users should not see it here. The
  // call is synchronous, so no other warning is lost.
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

/** The first line of the parser's message, with the line number if the stack names it. */
function faultOf({ message, stack = "" }: Error): string {
  const line = /^[^\n]*?:(\d+)\n/.exec(stack)?.[1];
  const fault = `SyntaxError: ${(message.split("\n")[0] ?? "").slice(0, 200)}`;
  return line === undefined ? fault : `${fault} (line ${line})`;
}

/** Counts inside strings and comments too: an overestimate is safe. Linear. */
function isShallow(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  if (MAX_COUNTS.some(([pattern, max]) => [...text.matchAll(pattern)].length > max)) return false;
  let depth = 0;
  let chain = 0;
  const marks =
    /[([{)\]}]|[;,]|[-!~+*/%&|^=<>?:.]|\b(?:new|typeof|void|delete|await|yield|do|if|while|with|extends|as|satisfies|keyof|infer|in|of|instanceof)\b/g;
  for (const [mark] of text.matchAll(marks)) {
    if (mark === "(" || mark === "[" || mark === "{") depth++;
    if ((mark === ")" || mark === "]" || mark === "}") && depth > 0) depth--;
    chain = /[;,{}]/.test(mark) ? 0 : chain + 1;
    if (depth > MAX_DEPTH || chain > MAX_CHAIN) return false;
  }
  return true;
}
