/**
 * Syntax trees of kernel programs: parsing, printing, walking, and replacing one place of a tree.
 *
 * Trees are ESTree and are never changed once built: an edit copies the spine from the place to the
 * root and shares the rest. That lets a cache hand the same tree to everybody.
 */
import { parse, parseExpressionAt } from "acorn";
import { generate } from "astring";
import type { Expression, Node, Program } from "estree";
import { stripTypes } from "../../core/strip-types.ts";
import { boundedCache } from "./cache.ts";

export type { Expression, Node, Program } from "estree";

/** Any node, read by key: the generic half of walking. */
type Fields = Readonly<Record<string, unknown>>;

/** Trees by source text. Proposals leave their tree here, so that nobody parses them again. */
const trees = boundedCache<string, Program | null>(4_096);

/**
 * The tree of a JavaScript or TypeScript program; types are blanked out first where there are any.
 *
 * @returns undefined for a text that does not parse: a bad candidate is no error.
 */
export function parseProgram(source: string): Program | undefined {
  const known = trees.get(source);
  if (known !== undefined) return known ?? undefined;
  const tree = parseScript(source) ?? parseStripped(source);
  trees.set(source, tree);
  return tree ?? undefined;
}

/** The tree of one trusted expression. @throws SyntaxError for anything else. */
export function parseExpression(source: string): Expression {
  const node = parseExpressionAt(source, 0, { ecmaVersion: 2024 });
  if (source.slice(node.end).trim() !== "") {
    throw new SyntaxError(`Expected one expression, got more after it: "${source}".`);
  }
  return node as Expression;
}

/** Readable source: two spaces of indent, one statement a line, a newline at the end. */
export function printProgram(program: Program): string {
  const source = generate(program);
  trees.set(source, program);
  return source;
}

/** The source of one node. */
export function printNode(node: Node): string {
  return generate(node);
}

function parseScript(source: string): Program | null {
  try {
    return parse(source, { ecmaVersion: 2024, sourceType: "script" }) as Program;
  } catch (error) {
    // Text that nests too deeply for the parser's stack is no program either.
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

function parseStripped(source: string): Program | null {
  const stripped = stripTypes(source);
  return stripped.status === "stripped" ? parseScript(stripped.text) : null;
}

/** Keys that hold child nodes, in the order of evaluation as far as it matters here. */
const CHILD_KEYS: Readonly<Record<string, readonly string[]>> = {
  Program: ["body"],
  FunctionDeclaration: ["params", "body"],
  FunctionExpression: ["params", "body"],
  ArrowFunctionExpression: ["params", "body"],
  BlockStatement: ["body"],
  ReturnStatement: ["argument"],
  ExpressionStatement: ["expression"],
  IfStatement: ["test", "consequent", "alternate"],
  ForStatement: ["init", "test", "update", "body"],
  ForOfStatement: ["left", "right", "body"],
  ForInStatement: ["left", "right", "body"],
  WhileStatement: ["test", "body"],
  DoWhileStatement: ["body", "test"],
  VariableDeclaration: ["declarations"],
  VariableDeclarator: ["id", "init"],
  AssignmentExpression: ["left", "right"],
  UpdateExpression: ["argument"],
  BinaryExpression: ["left", "right"],
  LogicalExpression: ["left", "right"],
  ConditionalExpression: ["test", "consequent", "alternate"],
  UnaryExpression: ["argument"],
  CallExpression: ["callee", "arguments"],
  NewExpression: ["callee", "arguments"],
  MemberExpression: ["object", "property"],
  ArrayExpression: ["elements"],
  SpreadElement: ["argument"],
  TemplateLiteral: ["expressions"],
  Identifier: [],
  Literal: [],
  TemplateElement: [],
};

/** The keys under which a node may hold children; a name that is no reference is left out. */
export function childKeys(node: Node): readonly string[] {
  if (node.type === "MemberExpression" && !node.computed) return ["object"];
  if (node.type === "Property") return node.computed ? ["key", "value"] : ["value"];
  return (
    CHILD_KEYS[node.type] ??
    Object.keys(node).filter(
      (key) => key !== "type" && key !== "label" && isChild(field(node, key)),
    )
  );
}

/** Calls back for every direct child with the key and, in a list, the index (else -1). */
export function forEachChild(
  node: Node,
  visit: (child: Node, key: string, index: number) => void,
): void {
  for (const key of childKeys(node)) {
    const value = field(node, key);
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        if (isNode(value[index])) visit(value[index], key, index);
      }
    } else if (isNode(value)) {
      visit(value, key, -1);
    }
  }
}

/** Where a node hangs: `up` is the place of `node`, the parent; undefined at the root. */
export interface Place {
  readonly up: Place | undefined;
  readonly node: Node;
  readonly key: string;
  readonly index: number;
}

/** A new tree with `replacement` at `place`; everything off the spine is shared. */
export function replaceAt(place: Place, replacement: Node): Program {
  let child: Node = replacement;
  for (let at: Place | undefined = place; at !== undefined; at = at.up) {
    const value = field(at.node, at.key);
    const next = Array.isArray(value) ? value.with(at.index, child) : child;
    child = { ...at.node, [at.key]: next } as Node;
  }
  return child as Program;
}

/**
 * Several replacements at once. No place may lie inside another one.
 *
 * @param edits Places of one and the same tree.
 */
export function replaceAll(
  program: Program,
  edits: readonly { readonly place: Place; readonly node: Node }[],
): Program {
  let tree = program;
  for (const edit of edits) {
    // Earlier edits made new nodes on the way: the path is walked anew.
    const steps: Place[] = [];
    for (let at: Place | undefined = edit.place; at !== undefined; at = at.up) steps.push(at);
    let place: Place | undefined;
    let node: Node = tree;
    for (const step of steps.reverse()) {
      place = { up: place, node, key: step.key, index: step.index };
      const value = field(node, step.key);
      node = (step.index < 0 ? value : (value as readonly unknown[])[step.index]) as Node;
    }
    if (place !== undefined) tree = replaceAt(place, edit.node);
  }
  return tree;
}

/** A copy in which `change` has the first say on every node; undefined means "copy as it is". */
export function transform<T extends Node>(node: T, change: (node: Node) => Node | undefined): T {
  const changed = change(node);
  if (changed !== undefined) return changed as T;
  let copy: Record<string, unknown> | undefined;
  for (const key of childKeys(node)) {
    const value = field(node, key);
    if (Array.isArray(value)) {
      const next = value.map((item) => (isNode(item) ? transform(item, change) : item));
      if (next.some((item, index) => item !== value[index])) {
        copy ??= { ...node };
        copy[key] = next;
      }
    } else if (isNode(value)) {
      const next = transform(value, change);
      if (next !== value) {
        copy ??= { ...node };
        copy[key] = next;
      }
    }
  }
  return (copy ?? node) as T;
}

function field(node: Node, key: string): unknown {
  return (node as unknown as Fields)[key];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

function isChild(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isNode) : isNode(value);
}
