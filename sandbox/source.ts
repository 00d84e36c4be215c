/**
 * Prepares a source for compilation: removes what language models often add around a correct program
 * (a Markdown fence, `export`, TypeScript types), and finds line and column of a syntax error.
 *
 * Untrusted text can make parsing slow or deeply recursive. Call this in the process that runs the
 * program, under the same watchdogs, not in the engine's own thread.
 */
import { Script } from "node:vm";
import { type Node, parse } from "acorn";
import { fenced, unfenced, withoutTypes } from "./inside/program-text.ts";

export type Prepared =
  | { readonly ok: true; readonly source: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Before the first compilation: removes a fence around the whole source and, for TypeScript, the
 * types.
 */
export function prepareSource(source: string, typed: boolean): Prepared {
  const bare = unfenced(source);
  if (!typed) return { ok: true, source: bare };
  const stripped = withoutTypes(bare);
  if (typeof stripped === "string") return { ok: true, source: stripped };
  const inner = fenced(bare);
  const again = inner === undefined ? stripped : withoutTypes(inner);
  return typeof again === "string"
    ? { ok: true, source: again }
    : { ok: false, reason: stripped.reason };
}

/**
 * After a failed compilation: the first fenced block, or else the source, without types and
 * `export`. Undefined if that changes nothing.
 */
export function repairSource(source: string): string | undefined {
  const bare = fenced(source) ?? source;
  const stripped = withoutTypes(bare);
  const plain = typeof stripped === "string" ? stripped : bare;
  const repaired = withoutExports(plain);
  return repaired === source ? undefined : repaired;
}

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

/** Replaces with spaces: `export` and `export default` before declarations and whole `export { ... }` lists. */
function withoutExports(source: string): string {
  let body: readonly Node[];
  try {
    body = parse(source, { ecmaVersion: "latest", sourceType: "module" }).body;
  } catch {
    return source;
  }
  let text = source;
  const blank = (from: number, to: number): void => {
    text = text.slice(0, from) + text.slice(from, to).replace(/[^\n]/g, " ") + text.slice(to);
  };
  for (const node of body as readonly (Node & {
    declaration?: Node | null;
    source?: Node | null;
  })[]) {
    if (node.type === "ExportNamedDeclaration" && node.declaration) {
      blank(node.start, node.declaration.start);
    } else if (node.type === "ExportNamedDeclaration" && !node.source) {
      blank(node.start, node.end);
    } else if (node.type === "ExportDefaultDeclaration" && node.declaration) {
      blank(node.start, node.declaration.start);
    }
  }
  return text;
}
