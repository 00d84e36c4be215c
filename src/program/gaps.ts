/**
 * Functions that a program calls and that have no code: which ones, what declares them, and the type of
 * their results.
 */
import type { Program as AcornProgram } from "acorn";
import { schemaOfType } from "../core/text/schema.ts";
import { readSignature, readSignatureAt, type Signature } from "../core/text/signature.ts";
import type { Type } from "../core/text/type.ts";
import type { JsonSchema } from "../core/tool.ts";
import { freeNames } from "../evolve/syntax/scope.ts";
import { forEachChild, type Node, type Program } from "../evolve/syntax/tree.ts";
import { BUILT_IN } from "./names.ts";

/** A function that a program calls but that has no implementation: a model gives its result. */
export interface Gap {
  readonly name: string;
  /** As declared, or just the name. */
  readonly signature: string;
  readonly description: string;
  readonly result: JsonSchema;
  /** Every call is awaited, so several may run at once. */
  readonly later: boolean;
}

export interface DeclaredGap {
  readonly name: string;
  readonly signature: string;
  readonly description?: string;
}

/** A function without an implementation. No result: nothing says its type. */
export type OpenGap = Omit<Gap, "result"> & { readonly result: JsonSchema | undefined };

/** Free names that are called or declared, in order of appearance. */
export function gapsOf(tree: AcornProgram, known: readonly DeclaredGap[]): readonly OpenGap[] {
  const free = freeNames(tree as unknown as Program);
  const uses = usesOf(tree as unknown as Node);
  return [...free].flatMap((name): OpenGap[] => {
    if (name === "tools" || name === "input" || BUILT_IN.has(name)) return [];
    const declared = known.find((gap) => gap.name === name);
    const use = uses.get(name);
    if (declared === undefined && use === undefined) return [];
    const { result = usualResult(name, use), later = false } = resultOf(declared);
    return [
      {
        name,
        signature: declared?.signature ?? name,
        description: declared?.description ?? "",
        result: result && schemaOfType(result),
        later: later || (use?.called === use?.awaited && use?.other !== true),
      },
    ];
  });
}

/** Names and places that leave no doubt. */
function usualResult(name: string, use: Use | undefined): Type | undefined {
  const tested = use !== undefined && use.called > 0 && use.tested === use.called && !use.other;
  return tested || /^(?:is|has)(?:[A-Z_]|$)/.test(name)
    ? { kind: "primitive", name: "boolean" }
    : undefined;
}

interface Use {
  called: number;
  awaited: number;
  /** Calls whose result is only used as a condition. */
  tested: number;
  other: boolean;
}

/** How each name is used: called, called under an `await`, called as a condition, or passed on. */
function usesOf(tree: Node): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>();
  const useOf = (name: string): Use => {
    const use = uses.get(name) ?? { called: 0, awaited: 0, tested: 0, other: false };
    uses.set(name, use);
    return use;
  };
  const handed = new Set<string>();
  const visit = (node: Node, awaited: boolean, tested: boolean): void => {
    if (node.type === "CallExpression" && node.callee.type === "Identifier") {
      const use = useOf(node.callee.name);
      use.called++;
      if (awaited) use.awaited++;
      if (tested) use.tested++;
      for (const argument of node.arguments) visit(argument, false, false);
      return;
    }
    if (node.type === "Identifier") handed.add(node.name);
    const awaits = node.type === "AwaitExpression";
    forEachChild(node, (child) =>
      visit(child, awaits, awaits ? tested : isCondition(node, child, tested)),
    );
  };
  visit(tree, false, false);
  for (const [name, use] of uses) use.other = handed.has(name);
  return uses;
}

/** @param tested Whether the parent itself is a condition. */
function isCondition(parent: Node, child: Node, tested: boolean): boolean {
  switch (parent.type) {
    case "IfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForStatement":
    case "ConditionalExpression":
      return parent.test === child;
    case "UnaryExpression":
      return parent.operator === "!";
    case "LogicalExpression":
      return tested;
    default:
      return false;
  }
}

/**
 * Functions that the code declares without implementing: `declare function f(a: string): boolean;`
 * with a comment before it, or a comment line `// f(a: string): boolean  What it is for.`
 */
export function declaredIn(code: string): readonly DeclaredGap[] {
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
