/**
 * Prepares a program for the sandbox: removes types, finds functions without an implementation, and
 * inserts marks between top-level lines.
 *
 * The author may write statements with top-level `await` and `return`, or a function `main`. The value
 * of a last expression is returned as well.
 */
import { type Node as AcornNode, type Program as AcornProgram, parse } from "acorn";
import { moduleAsScript, withoutShebang } from "../core/module-text.ts";
import { stripTypes } from "../core/strip-types.ts";
import { declaredBy } from "../evolve/syntax/scope.ts";
import type { Node } from "../evolve/syntax/tree.ts";
import { programBridge } from "./bridge.ts";
import { type DeclaredGap, declaredIn, type Gap, gapsOf } from "./gaps.ts";
import { PLATFORM } from "./names.ts";

export type PreparedProgram =
  | {
      readonly status: "ready";
      /** The complete source for the sandbox. */
      readonly source: string;
      readonly entry: string;
      readonly gaps: readonly Gap[];
      /** Number of lines of `source` before the author's first line. */
      readonly offset: number;
    }
  | { readonly status: "refused"; readonly reason: string };

const ENTRY = "toolwright_bridge";

/**
 * @param tools Names that can be called as `tools.NAME`.
 * @param declared The author's declarations of functions without an implementation.
 */
export function prepareProgram(
  code: string,
  tools: readonly string[],
  declared: readonly DeclaredGap[],
): PreparedProgram {
  const parsed = read(code);
  if (typeof parsed === "string") return { status: "refused", reason: parsed };
  const { text, tree } = parsed;
  if (tree.body.every(({ type }) => type === "EmptyStatement")) {
    return refused("it is empty, or has only comments and types. Write what it should do.");
  }
  const imported = tree.body.find(isImport);
  if (imported !== undefined) {
    return refused(
      `line ${lineAt(text, imported.start)} has an import: a program can only use its tools. Remove the import.`,
    );
  }
  const known = [...declaredIn(code), ...declared];
  const gaps: Gap[] = [];
  for (const { name, result, ...gap } of gapsOf(tree, known)) {
    if (result !== undefined) {
      gaps.push({ name, result, ...gap });
      continue;
    }
    if (tools.includes(name))
      return refused(`${name} is a tool: call it as await tools.${name}({ ... }).`);
    if (PLATFORM.has(name)) {
      return refused(
        `${name} does not exist in the sandbox, which has no network, files, timers or modules. Use a tool instead.`,
      );
    }
    return refused(
      `${name} has no code, and no declaration says what it returns. Write it, or declare it for a model to fill in: declare function ${name}(...): TYPE.`,
    );
  }
  const lines = ["tools", "input", "toolwright_mark", ...gaps.map(({ name }) => name)].join(", ");
  const head = `const ${ENTRY} = (${programBridge.toString()})(async function (${lines}) { "use strict";\n`;
  return {
    status: "ready",
    source: `${head}${instrumented(text, tree)}\n});`,
    entry: ENTRY,
    gaps,
    offset: head.split("\n").length - 1,
  };
}

interface Parsed {
  /** Without types; every position as in the author's text. */
  readonly text: string;
  readonly tree: AcornProgram;
}

/** Without types and exports: what is exported as default becomes `main`. */
function read(code: string): Parsed | string {
  const untyped = withoutTypes(withoutShebang(code));
  if (typeof untyped === "string" || untyped.tree.body.some(isImport)) return untyped;
  const script = moduleAsScript(untyped.text, "main");
  return script === untyped.text ? untyped : parsed(script);
}

/** Types are removed as from a module, else as from a function body, where `return` is allowed. */
function withoutTypes(code: string): Parsed | string {
  const plain = parsed(code);
  if (typeof plain !== "string") return plain;
  const module = stripTypes(code);
  if (module.status === "stripped") return parsed(module.text);
  const inside = stripTypes(`${OPENING}${withoutTypeModules(code)}\n}`);
  if (inside.status === "stripped") return parsed(inside.text.slice(OPENING.length, -2));
  return `it does not parse: ${inside.reason}`;
}

/** Imports and exports of types alone, which a function body cannot hold, as spaces. */
function withoutTypeModules(code: string): string {
  const blank = (text: string): string => text.replace(/[^\n]/g, " ");
  return code
    .replace(/^[ \t]*(?:import|export)\s+type\b[^;'"=]*\bfrom\s*(["'])[^"'\n]*\1[ \t]*;?/gm, blank)
    .replace(/^[ \t]*export\s+type\s*\{[^}]*\}[ \t]*;?/gm, blank)
    .replace(/^[ \t]*export(?=\s+(?:type|interface|declare)\b)/gm, blank);
}

const isImport = ({ type }: AcornNode): boolean => /^(Import|ExportAll)/.test(type);

const OPENING = "async function program() {";

function parsed(text: string): Parsed | string {
  try {
    const tree = parse(text, {
      ecmaVersion: "latest",
      sourceType: "module",
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
    });
    return { text, tree };
  } catch (error) {
    if (error instanceof SyntaxError) return `it does not parse: ${error.message}`;
    if (error instanceof RangeError) return "it nests too deeply to be parsed";
    throw error;
  }
}

/** Inserts marks between top-level statements, returns the last value. */
function instrumented(text: string, tree: AcornProgram): string {
  const parts: string[] = [];
  const names: string[] = [];
  let at = 0;
  const returns = tree.body.some(({ type }) => type === "ReturnStatement");
  for (const [index, statement] of tree.body.entries()) {
    parts.push(text.slice(at, statement.start));
    if (index > 0) parts.push(mark(lineAt(text, statement.start), names));
    const source = text.slice(statement.start, statement.end);
    const isLast = index === tree.body.length - 1;
    parts.push(
      isLast && !returns && statement.type === "ExpressionStatement"
        ? `return (${expression(text, statement)});`
        : source,
    );
    names.push(...declaredBy({ type: "BlockStatement", body: [statement] } as unknown as Node));
    at = statement.end;
  }
  parts.push(text.slice(at));
  const called = tree.body.some(
    ({ type, start, end }) =>
      type === "ExpressionStatement" && /^(await\s+)?main\s*\(/.test(text.slice(start, end)),
  );
  const main = !returns && !called && names.includes("main") ? "\nreturn await main(input);" : "";
  return parts.join("") + main;
}

function expression(text: string, statement: AcornNode): string {
  const { expression: inner } = statement as AcornNode & { expression: AcornNode };
  return text.slice(inner.start, inner.end);
}

function mark(line: number, names: readonly string[]): string {
  return `;toolwright_mark(${line}, () => ({ ${names.join(", ")} }));`;
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

function refused(reason: string): PreparedProgram {
  return { status: "refused", reason };
}
