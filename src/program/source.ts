/**
 * Prepares a program for the sandbox: removes types, finds functions without an implementation, and
 * inserts marks between top-level lines.
 *
 * The author may write statements with top-level `await` and `return`, or a function `main`. The value
 * of a last expression is returned as well.
 */
import { type Node as AcornNode, type Program as AcornProgram, parse } from "acorn";
import { stripTypes } from "../core/strip-types.ts";
import { schemaOfType } from "../core/text/schema.ts";
import { readSignature, readSignatureAt, type Signature } from "../core/text/signature.ts";
import { ANY } from "../core/text/type.ts";
import type { JsonSchema } from "../core/tool.ts";
import { declaredBy, freeNames } from "../evolve/syntax/scope.ts";
import { forEachChild, type Node, type Program } from "../evolve/syntax/tree.ts";
import { programBridge } from "./bridge.ts";
import { BUILT_IN, PLATFORM } from "./names.ts";

/** A function that a program calls but that has no implementation: a model gives its result. */
export interface Gap {
  readonly name: string;
  /** As declared, or just the name. */
  readonly signature: string;
  readonly description: string;
  /** `{}` if nothing is declared. */
  readonly result: JsonSchema;
  /** Every call is awaited, so several may run at once. */
  readonly later: boolean;
}

export interface DeclaredGap {
  readonly name: string;
  readonly signature: string;
  readonly description?: string;
}

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
  const imported = tree.body.find(({ type }) => /^(Import|ExportAll)/.test(type));
  if (imported !== undefined) {
    return refused(
      `line ${lineAt(text, imported.start)} has an import: a program can only use its tools. Remove the import.`,
    );
  }
  const known = [...declaredIn(code), ...declared];
  const gaps = gapsOf(tree, known);
  for (const { name } of gaps) {
    if (known.some((gap) => gap.name === name)) continue;
    if (tools.includes(name))
      return refused(`${name} is a tool: call it as await tools.${name}({ ... }).`);
    if (PLATFORM.has(name)) {
      return refused(
        `${name} does not exist in the sandbox, which has no network, files, timers or modules. Use a tool instead.`,
      );
    }
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

/** Types are removed as from a module, else as from a function body, where `return` is allowed. */
function read(code: string): Parsed | string {
  const plain = parsed(code);
  if (typeof plain !== "string") return plain;
  const module = stripTypes(code);
  if (module.status === "stripped") return parsed(module.text);
  const inside = stripTypes(`${OPENING}${code}\n}`);
  if (inside.status === "stripped") return parsed(inside.text.slice(OPENING.length, -2));
  return `it does not parse: ${inside.reason}`;
}

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

/** Inserts marks between top-level statements, blanks `export`, returns the last value. */
function instrumented(text: string, tree: AcornProgram): string {
  const parts: string[] = [];
  const names: string[] = [];
  let at = 0;
  const returns = tree.body.some(({ type }) => type === "ReturnStatement");
  for (const [index, statement] of tree.body.entries()) {
    const inner =
      (statement.type === "ExportNamedDeclaration" ||
        statement.type === "ExportDefaultDeclaration") &&
      statement.declaration
        ? statement.declaration
        : statement;
    parts.push(text.slice(at, statement.start));
    if (index > 0) parts.push(mark(lineAt(text, statement.start), names));
    const source = text.slice(inner.start, inner.end);
    const isLast = index === tree.body.length - 1;
    parts.push(
      isLast && !returns && inner.type === "ExpressionStatement"
        ? `return (${expression(text, inner)});`
        : source,
    );
    names.push(...declaredBy({ type: "BlockStatement", body: [inner] } as unknown as Node));
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

/** Free names that are called or declared, in order of appearance. */
function gapsOf(tree: AcornProgram, known: readonly DeclaredGap[]): readonly Gap[] {
  const free = freeNames(tree as unknown as Program);
  const uses = usesOf(tree as unknown as Node);
  return [...free].flatMap((name): Gap[] => {
    if (name === "tools" || name === "input" || BUILT_IN.has(name)) return [];
    const declared = known.find((gap) => gap.name === name);
    const use = uses.get(name);
    if (declared === undefined && use === undefined) return [];
    const { result = ANY, later = false } = resultOf(declared);
    return [
      {
        name,
        signature: declared?.signature ?? name,
        description: declared?.description ?? "",
        result: schemaOfType(result),
        later: later || (use?.called === use?.awaited && use?.other !== true),
      },
    ];
  });
}

interface Use {
  called: number;
  awaited: number;
  other: boolean;
}

/** How each name is used: called, called under an `await`, or passed on. */
function usesOf(tree: Node): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>();
  const useOf = (name: string): Use => {
    const use = uses.get(name) ?? { called: 0, awaited: 0, other: false };
    uses.set(name, use);
    return use;
  };
  const handed = new Set<string>();
  const visit = (node: Node, awaited: boolean): void => {
    if (node.type === "CallExpression" && node.callee.type === "Identifier") {
      const use = useOf(node.callee.name);
      use.called++;
      if (awaited) use.awaited++;
      for (const argument of node.arguments) visit(argument, false);
      return;
    }
    if (node.type === "Identifier") handed.add(node.name);
    forEachChild(node, (child) => visit(child, node.type === "AwaitExpression"));
  };
  visit(tree, false);
  for (const [name, use] of uses) use.other = handed.has(name);
  return uses;
}

/**
 * Functions that the code declares without implementing: `declare function f(a: string): boolean;`
 * with a comment before it, or a comment line `// f(a: string): boolean  What it is for.`
 */
function declaredIn(code: string): readonly DeclaredGap[] {
  const found: DeclaredGap[] = [];
  const declare = /(?:\/\*\*([\s\S]*?)\*\/\s*|\/\/([^\n]*)\n\s*)?declare\s+function\s+(\w+)/g;
  for (const match of code.matchAll(declare)) {
    const [whole, block = "", line = "", name = ""] = match;
    const behind = code.slice(match.index + whole.length - name.length);
    const read = readSignatureAt(behind);
    const signature = read.status === "read" ? behind.slice(0, read.end) : name;
    found.push({ name, signature, description: words(block || line) });
  }
  for (const [, text = ""] of code.matchAll(/^[ \t]*\/\/[ \t]*(\w+\([^\n]*)/gm)) {
    const read = readSignatureAt(text);
    if (read.status === "unreadable" || read.signature.result === undefined) continue;
    const [, description] = /^(?:[ \t]{2,}|\s+-\s+|\s*$)(.*)/.exec(text.slice(read.end)) ?? [];
    if (description === undefined) continue;
    const { name } = read.signature;
    found.push({ name, signature: text.slice(0, read.end), description: description.trim() });
  }
  return found;
}

function words(comment: string): string {
  return comment
    .replace(/^\s*\*\s?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** The result type of a gap, if declared. */
function resultOf(gap: DeclaredGap | undefined): Partial<Pick<Signature, "result" | "later">> {
  const read = readSignature(gap?.signature ?? "");
  return read.status === "read" ? read.signature : {};
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

function refused(reason: string): PreparedProgram {
  return { status: "refused", reason };
}
