/**
 * Finds the fenced code blocks of a Markdown text and turns each into a program that runs as a
 * script: its output is recorded, and its value is the value of its last expression or, if it
 * defines an entry function, what that function returns.
 */
import type { Language, Program } from "../src/core/execution.ts";
import { moduleAsScript, withoutShebang } from "../src/core/module-text.ts";
import { stripTypes } from "../src/core/strip-types.ts";
import { blockConsole } from "./block-console.ts";

export interface Block {
  readonly language: Language;
  readonly source: string;
  /** First line of its text, from 1. */
  readonly line: number;
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  javascript: "javascript",
  ts: "typescript",
  mts: "typescript",
  typescript: "typescript",
  py: "python",
  python: "python",
  python3: "python",
  sh: "shell",
  shell: "shell",
  bash: "shell",
};

/** @param word A fence's first word, or a file extension without the dot. */
export function languageOf(word: string): Language | undefined {
  const name = word.toLowerCase();
  return Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
}

/**
 * Fences as CommonMark defines them (section 4.5): three or more backticks or tildes, closed by at
 * least as many of the same character or by the end of the text.
 *
 * @returns The blocks in order, and the line numbers of blocks in languages that cannot run.
 */
export function fencedBlocks(markdown: string): {
  readonly blocks: readonly Block[];
  readonly others: readonly number[];
} {
  const blocks: Block[] = [];
  const others: number[] = [];
  const lines = markdown.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const opening = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})[ \t]*([^\s`{]*)/.exec(lines[at] ?? "");
    if (opening === null) continue;
    const [, indent = "", fence = "", word = ""] = opening;
    const closing = new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \\t]*$`);
    const begin = at + 1;
    while (++at < lines.length && !closing.test(lines[at] ?? ""));
    const language = languageOf(word);
    if (language === undefined) {
      others.push(begin);
      continue;
    }
    const indented = new RegExp(`^ {0,${indent.length}}`);
    const text = lines.slice(begin, at).map((line) => line.replace(indented, ""));
    blocks.push({ language, source: `${text.join("\n")}\n`, line: begin + 1 });
  }
  return { blocks, others };
}

/** The output of a block that runs as a script; a shell block returns its standard output instead. */
export interface ScriptOutput {
  readonly value: unknown;
  readonly printed: string;
}

/**
 * @param entry Called with the arguments of the execution, if the block defines it.
 * @returns `refused` if the types of a TypeScript block cannot be stripped.
 */
export function scriptOf(
  { language, source }: Pick<Block, "language" | "source">,
  entry: string,
): Program | { readonly refused: string } {
  switch (language) {
    case "javascript":
      return { language, source: javascriptScript(source, entry), entry: SCRIPT };
    case "typescript": {
      // The text becomes a string inside the program, so the driver would not strip its types.
      const stripped = stripTypes(withoutShebang(source));
      return stripped.status === "failed"
        ? { refused: stripped.reason }
        : { language, source: javascriptScript(stripped.text, entry), entry: SCRIPT };
    }
    case "python":
      return { language, source: pythonScript(source, entry), entry: SCRIPT };
    case "shell":
    case "mcp":
    case "command":
      return { language, source, entry };
  }
}

const SCRIPT = "toolwright_script";

/** A `var` statement has no value, so the value of the block's last expression stays. */
function javascriptScript(source: string, entry: string): string {
  const plain = moduleAsScript(withoutShebang(source), entry);
  const text = `${plain}\n;var ${SCRIPT}_entry = typeof ${entry} === "function" ? ${entry} : undefined;`;
  return `const ${SCRIPT}_lines = (${blockConsole.toString()})();
const ${SCRIPT}_value = (0, eval)(${JSON.stringify(text)});
function ${SCRIPT}(...values) {
  const entry = globalThis.${SCRIPT}_entry;
  const value = typeof entry === "function" ? entry(...values) : ${SCRIPT}_value;
  const plain = typeof value === "function" || typeof value === "symbol" || typeof value === "bigint";
  return {
    value: value === undefined ? null : plain ? String(value) : value,
    printed: ${SCRIPT}_lines.map((line) => line + "\\n").join(""),
  };
}`;
}

/** A JSON string is also a Python string, except lone surrogates, which no file contains. */
function pythonScript(source: string, entry: string): string {
  return `import ast, contextlib, io, json
def ${SCRIPT}(*values):
    tree = ast.parse(${JSON.stringify(source)}, "block.py")
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    scope = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "block.py", "exec"), scope)
        value = None if last is None else eval(compile(last, "block.py", "eval"), scope)
        if callable(scope.get(${JSON.stringify(entry)})):
            value = scope[${JSON.stringify(entry)}](*values)
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        value = repr(value)
    return {"value": value, "printed": printed.getvalue()}
`;
}
