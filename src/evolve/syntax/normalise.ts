/**
 * Gives the same text to all programs that differ only in form, so that a duplicate is refused before
 * it costs a run.
 *
 * Formatting, comments, types, names of locals, parameters and helpers, and the order of commutative
 * operands do not matter; constants do. New names depend on the nesting level (de Bruijn), so that
 * reordered operands keep their names. Association is preserved: (a + b) + c and a + (b + c) differ in
 * floating point.
 */
import { hash } from "node:crypto";
import type { Node } from "estree";
import { boundedCache } from "./cache.ts";
import { type Canonical, isMathCall, orderBinary, orderMath } from "./commute.ts";
import { declaredBy, freeNames } from "./scope.ts";
import { childKeys, forEachChild, type Program, parseProgram, printProgram } from "./tree.ts";

export interface Normalised {
  /** A program with the same behaviour as the given one. */
  readonly source: string;
  /** SHA-256 of `source`, 64 hexadecimal digits. */
  readonly digest: string;
}

export interface NormaliseOptions {
  /** All values of the program are numbers and booleans: every `+` is commutative. */
  readonly numeric?: boolean;
}

interface Scope {
  readonly up: Scope | undefined;
  readonly names: ReadonlyMap<string, string>;
  /** Names declared here and above: the level of the next one. */
  readonly level: number;
}

interface Rules {
  readonly prefix: string;
  readonly numeric: boolean;
}

const cache = boundedCache<string, Normalised>(1_024);

/**
 * @param entry The function that is called from outside: its name does not change.
 * @returns undefined if the source does not parse. Equal digests mean equal behaviour; the
 * converse does not hold.
 */
export function normalise(
  source: string,
  entry: string,
  { numeric = false }: NormaliseOptions = {},
): Normalised | undefined {
  const cacheKey = `${numeric ? 1 : 0} ${entry} ${source}`;
  const cached = cache.get(cacheKey);
  if (cached !== undefined) return cached;
  const program = parseProgram(source);
  if (program === undefined) return undefined;
  const text = printProgram(normaliseTree(program, entry, numeric));
  const normalised = { source: text, digest: hash("sha256", text) };
  cache.set(cacheKey, normalised);
  return normalised;
}

function normaliseTree(program: Program, entry: string, numeric: boolean): Program {
  // New names must not capture the program's free names.
  let prefix = "v";
  if (/^v_*\d*$/.test(entry) || usesNewNames(program)) {
    const taken = [...freeNames(program), entry];
    while (
      taken.some((name) => name.startsWith(prefix) && /^\d*$/.test(name.slice(prefix.length)))
    ) {
      prefix += "_";
    }
  }
  const names = new Map<string, string>([[entry, entry]]);
  const root: Scope = { up: undefined, names, level: 0 };
  return rewrite(program, root, { prefix, numeric }).node as Program;
}

/** A cheap check before the walk with scopes: most programs have no such name. */
function usesNewNames(node: Node): boolean {
  if (node.type === "Identifier") return /^v_*\d*$/.test(node.name);
  let found = false;
  forEachChild(node, (child) => {
    found ||= usesNewNames(child);
  });
  return found;
}

function enter(node: Node, scope: Scope, prefix: string): Scope {
  const declared = declaredBy(node);
  if (declared.length === 0) return scope;
  const names = new Map<string, string>();
  let level = scope.level;
  for (const name of declared) {
    if (names.has(name)) continue;
    const atTop = node.type === "Program" && scope.names.has(name);
    names.set(name, atTop ? name : `${prefix}${level++}`);
  }
  return { up: scope, names, level };
}

function lookup(name: string, scope: Scope): string | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.up) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function rewrite(node: Node, outer: Scope, rules: Rules): Canonical {
  if (node.type === "Identifier") {
    const name = lookup(node.name, outer) ?? node.name;
    return { node: { type: "Identifier", name }, pure: true, numeric: rules.numeric };
  }
  if (node.type === "Literal") return rewriteLiteral(node);

  const scope = enter(node, outer, rules.prefix);
  // Most nodes do not change: only changed nodes are copied.
  const changes: Record<string, unknown> = {};
  let changed = false;
  const change = (field: string, value: unknown): void => {
    changes[field] = value;
    changed = true;
  };
  let pure = PURE.has(node.type);
  if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
    const id = node.id === null ? undefined : rewrite(node.id, outer, rules);
    change("id", id?.node ?? null);
  } else if (node.type === "FunctionExpression" && node.id) {
    change("id", rewrite(node.id, scope, rules).node);
  } else if (node.type === "Property") {
    change("shorthand", false);
  }

  const operands: Canonical[] = [];
  for (const field of keysOf(node)) {
    const value = (node as unknown as Readonly<Record<string, unknown>>)[field];
    if (Array.isArray(value)) {
      let differs = false;
      const list = value.map((item) => {
        if (item === null || typeof item !== "object") return item;
        const child = rewrite(item as Node, scope, rules);
        operands.push(child);
        differs ||= child.node !== item;
        return child.node;
      });
      if (differs) change(field, list);
    } else if (typeof value === "object" && value !== null) {
      const child = rewrite(value as Node, scope, rules);
      operands.push(child);
      if (child.node !== value) change(field, child.node);
    }
  }
  for (const operand of operands) {
    pure &&= operand.pure;
  }
  const result = {
    node: changed ? ({ ...node, ...changes } as Node) : node,
    pure,
    numeric: false,
  };
  if (node.type === "BinaryExpression") return orderBinary(result, operands, node, rules.numeric);
  if (node.type === "CallExpression" && isMathCall(node)) {
    return orderMath({ ...result, pure: operands.every((each) => each.pure) }, operands, node);
  }
  if (node.type === "UnaryExpression") return { ...result, numeric: "+-~".includes(node.operator) };
  if (node.type === "ConditionalExpression") {
    return { ...result, numeric: operands.slice(1).every((each) => each.numeric) };
  }
  return result;
}

/** Node types whose evaluation has no side effects and does not depend on others. */
const PURE: ReadonlySet<string> = new Set([
  "BinaryExpression",
  "LogicalExpression",
  "ConditionalExpression",
  "UnaryExpression",
  "MemberExpression",
  "ArrayExpression",
  "TemplateLiteral",
]);

function keysOf(node: Node): readonly string[] {
  if (node.type === "MethodDefinition" || node.type === "PropertyDefinition") {
    return node.computed ? ["key", "value"] : ["value"];
  }
  return childKeys(node).filter((key) => key !== "id" || node.type === "VariableDeclarator");
}

function rewriteLiteral(node: Node & { type: "Literal" }): Canonical {
  if ("regex" in node || "bigint" in node) {
    return { node, pure: true, numeric: false };
  }
  const raw = typeof node.value === "string" ? JSON.stringify(node.value) : String(node.value);
  // An infinite literal such as 1e999 would print as a name: its source text stays.
  if (node.value === Number.POSITIVE_INFINITY) {
    return { node, pure: true, numeric: true };
  }
  return {
    node: node.raw === raw ? node : ({ type: "Literal", value: node.value, raw } as Node),
    pure: true,
    numeric: typeof node.value === "number",
  };
}
