/** A found kernel's text, as it stands inside a published program or a tool. */
import { Script } from "node:vm";
import type { Language } from "../src/index.ts";

/**
 * @param names Names of the program around it. A kernel that uses one of them keeps it to itself.
 * @returns Text that defines `score` at the top level, in the language that it is written in.
 */
export function kernelSource(
  source: string,
  names: readonly string[],
): { readonly language: Language; readonly source: string } {
  const kernel = source.trim();
  const clashes = names.some((name) => new RegExp(`\\b${name}\\b`).test(kernel));
  return {
    language: languageOf(kernel),
    source: clashes ? `const score = (() => {\n${kernel}\nreturn score;\n})();` : kernel,
  };
}

/** Plain JavaScript where the text parses as it, else TypeScript. Compiles, never runs it. */
function languageOf(source: string): Language {
  try {
    new Script(source);
    return "javascript";
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return "typescript";
    throw error;
  }
}
