/**
 * Finds line and column of a syntax error.
 *
 * Untrusted text can make parsing slow or deeply recursive. Call this in the process that runs the
 * program, under the same watchdogs, not in the engine's own thread.
 */
import { Script } from "node:vm";
import { parse } from "acorn";

/** The syntax error with line and column where known; undefined if the text is a valid script. */
export function syntaxError(source: string): string | undefined {
  try {
    // V8 decides, because V8 runs the program. This compiles the text and does not run it.
    new Script(source);
    return undefined;
  } catch (error) {
    return (
      locatedSyntaxError(source, "script") ??
      `${(error as Error).name}: ${(error as Error).message}`
    );
  }
}

/** The same error as reported by acorn, which gives line and column. */
function locatedSyntaxError(source: string, sourceType: "script" | "module"): string | undefined {
  try {
    parse(source, { ecmaVersion: "latest", sourceType });
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) return "it nests too deeply to be parsed";
    const { line = 0, column = 0 } =
      (error as { loc?: { line: number; column: number } }).loc ?? {};
    const text = error.message.replace(/\s*\(\d+:\d+\)$/, "");
    return `SyntaxError: ${text} (line ${line}, column ${column + 1})`;
  }
}
