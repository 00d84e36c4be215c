/** The source of a found kernel inside a published program or a tool. */
import { Script } from "node:vm";
import type { Language } from "../src/index.ts";

/**
 * @param names Names of the program around it. A kernel that uses one of them is put into a function.
 * @returns Text that defines `score` at the top level, and its language.
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

/** JavaScript if the text parses as JavaScript, else TypeScript. The text is compiled, never run. */
function languageOf(source: string): Language {
  try {
    new Script(source);
    return "javascript";
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return "typescript";
    throw error;
  }
}
