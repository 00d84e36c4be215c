/**
 * Syntax trees of kernel programs: parse, print, walk, and replace one place of a tree.
 *
 * Trees are ESTree and immutable: an edit copies the nodes on the path from the place to the root and
 * shares the others. So a cache can return the same tree to all callers.
 */
import { parse, parseExpressionAt } from "acorn";
import { generate } from "astring";
import type { Expression, Node, Program } from "estree";
import { stripTypes } from "../../core/strip-types.ts";
import { boundedCache } from "./cache.ts";

export type { Expression, Node, Program } from "estree";

/** Any node, read by key. */
type Fields = Readonly<Record<string, unknown>>;

/** Source text -> tree. `printProgram` adds the trees of proposals, so that they are not parsed again. */
const trees = boundedCache<string, Program | null>(4_096);

/**
 * The tree of a JavaScript or TypeScript program; types are removed first if there are any.
 *
 * @returns undefined for a text that does not parse: a bad candidate is not an error.
 */
export function parseProgram(source: string): Program | undefined {
  const known = trees.get(source);
  if (known !== undefined) return known ?? undefined;
  const tree = parseScript(source) ?? parseStripped(source);
  trees.set(source, tree);
  return tree ?? undefined;
}

/** The tree of one trusted expression. @throws SyntaxError if the text is not one expression. */
export function parseExpression(source: string): Expression {
  const node = parseExpressionAt(source, 0, { ecmaVersion: 2024 });
  if (source.slice(node.end).trim() !== "") {
    throw new SyntaxError(`Expected one expression, got more after it: "${source}".`);
  }
  return node as Expression;
}

/** Formatted source: indented by two spaces, one statement per line, a newline at the end. */
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
    // RangeError: the text nests too deeply for the parser's stack.
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

function parseStripped(source: string): Program | null {
  const stripped = stripTypes(source);
  return stripped.status === "stripped" ? parseScript(stripped.text) : null;
}

/** Keys that hold child nodes, in the order of evaluation as far as it is relevant here. */
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

/** The keys under which a node may hold children, without names that are not references. */
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

/** Calls `visit` for every direct child with the key and, in a list, the index (else -1). */
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

/** The position of a child: `node` is its parent, and `up` is the parent's place, undefined at the root. */
export interface Place {
  readonly up: Place | undefined;
  readonly node: Node;
  readonly key: string;
  readonly index: number;
}

/** A new tree with `replacement` at `place`; nodes that are not on the path to the root are shared. */
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
 * Several replacements in one tree. No place may be inside another one.
 *
 * @param edits Places of the same tree.
 */
export function replaceAll(
  program: Program,
  edits: readonly { readonly place: Place; readonly node: Node }[],
): Program {
  let tree = program;
  for (const edit of edits) {
    // Earlier edits created new nodes on the path: follow it again in the new tree.
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

/** A copy in which `change` may replace every node; if it returns undefined, the node is copied. */
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
