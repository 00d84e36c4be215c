/**
 * Source text of candidates: parse (without types), find functions, rename.
 *
 * Edits the text at positions of the syntax tree, so that comments and layout do not change.
 */
import {
  type AnonymousFunctionDeclaration,
  type AnyNode,
  type ArrowFunctionExpression,
  type FunctionDeclaration,
  type FunctionExpression,
  type Pattern,
  type Program,
  parse,
} from "acorn";
import { stripTypes } from "../../../core/strip-types.ts";

export type FunctionNode =
  | AnonymousFunctionDeclaration
  | ArrowFunctionExpression
  | FunctionDeclaration
  | FunctionExpression;

export type Parsed =
  | { readonly status: "parsed"; readonly source: string; readonly tree: Program }
  | {
      readonly status: "broken";
      readonly reason: string;
      /** The text ends too early. */
      readonly cutOff: boolean;
    };

/** JavaScript as it is; TypeScript without its types. */
export function parseSource(text: string): Parsed {
  const plain = parseJavaScript(text);
  if (plain.status === "parsed") return plain;
  const stripped = stripTypes(text);
  if (stripped.status === "failed") return plain;
  const parsed = parseJavaScript(stripped.text);
  return parsed.status === "parsed" ? parseJavaScript(closeGaps(text, stripped.text)) : plain;
}

function parseJavaScript(source: string): Parsed {
  try {
    return {
      status: "parsed",
      source,
      tree: parse(source, { ecmaVersion: "latest", sourceType: "module" }),
    };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    const at: unknown = Reflect.get(error, "pos");
    const cutOff = typeof at === "number" && at >= source.trimEnd().length;
    return { status: "broken", reason: error.message, cutOff };
  }
}

/** Removes the spaces that replaced types; all other layout stays. Linear. */
function closeGaps(before: string, after: string): string {
  const parts: string[] = [];
  let last = "\n";
  let kept = 0;
  for (const { 0: run, index } of after.matchAll(/[ \t]+/g)) {
    const end = index + run.length;
    // A gap is a run of spaces that contained other characters before.
    if (before.slice(index, end).trim() === "") continue;
    if (index > kept) last = after[index - 1] ?? "\n";
    parts.push(after.slice(kept, index));
    const next = after[end] ?? "\n";
    const wholeLine = last === "\n" && next === "\n";
    const tight =
      /[),;\].\n]/.test(next) || /[(\n]/.test(last) || (next === "(" && before[index] === "<");
    if (!tight) parts.push(" ");
    kept = wholeLine ? end + 1 : end;
  }
  parts.push(after.slice(kept));
  return parts.join("");
}

/** A function that a program defines at top level. */
export interface Definition {
  readonly name: string;
  readonly node: FunctionNode;
  /** Position of the top-level statement that contains it. */
  readonly start: number;
  readonly end: number;
}

export function definitionsIn(tree: Program): Definition[] {
  return tree.body.flatMap((statement): Definition[] => {
    const { start, end } = statement;
    const inner: AnyNode =
      (statement.type === "ExportNamedDeclaration" ||
        statement.type === "ExportDefaultDeclaration") &&
      statement.declaration
        ? statement.declaration
        : statement;
    if (
      inner.type === "FunctionDeclaration" ||
      inner.type === "FunctionExpression" ||
      inner.type === "ArrowFunctionExpression"
    ) {
      return [{ name: inner.id?.name ?? "", node: inner, start, end }];
    }
    if (inner.type === "VariableDeclaration") {
      return inner.declarations.flatMap(({ id, init }) =>
        id.type === "Identifier" && isFunction(init)
          ? [{ name: id.name, node: init, start, end }]
          : [],
      );
    }
    if (inner.type === "ExpressionStatement" && inner.expression.type === "AssignmentExpression") {
      const { left, right } = inner.expression;
      if (!isFunction(right)) return [];
      const property =
        left.type === "MemberExpression" && left.property.type === "Identifier"
          ? left.property.name
          : "";
      const name = left.type === "Identifier" ? left.name : (right.id?.name ?? property);
      return [{ name, node: right, start, end }];
    }
    return [];
  });
}

function isFunction(
  node: AnyNode | null | undefined,
): node is ArrowFunctionExpression | FunctionExpression {
  return node?.type === "ArrowFunctionExpression" || node?.type === "FunctionExpression";
}

/** The definition as a function declaration with that name. Recursive calls must already have the name. */
export function declarationText(source: string, { node }: Definition, name: string): string {
  const parameters = node.params.map((param) => source.slice(param.start, param.end)).join(", ");
  const head = `${node.async ? "async " : ""}function${node.generator ? "*" : ""} ${name}(${parameters})`;
  const body = source.slice(node.body.start, node.body.end);
  return node.body.type === "BlockStatement"
    ? `${head} ${body}`
    : `${head} {\n  return ${body};\n}`;
}

/** The number of required arguments. */
export function requiredParameters(params: readonly Pattern[]): number {
  return params.filter(
    (param) => param.type !== "AssignmentPattern" && param.type !== "RestElement",
  ).length;
}

/** Every use of an identifier as a variable, not as a property name, a key or a label. */
export function identifiersIn(
  node: AnyNode,
): { name: string; start: number; end: number; shorthand: boolean }[] {
  const found: { name: string; start: number; end: number; shorthand: boolean }[] = [];
  const visit = (at: AnyNode): void => {
    switch (at.type) {
      case "Identifier":
        found.push({ name: at.name, start: at.start, end: at.end, shorthand: false });
        return;
      case "MemberExpression":
        visit(at.object);
        if (at.computed) visit(at.property);
        return;
      case "Property":
        if (at.shorthand && at.value.type === "Identifier") {
          found.push({ name: at.value.name, start: at.start, end: at.end, shorthand: true });
          return;
        }
        if (at.computed) visit(at.key);
        visit(at.value);
        return;
      case "MethodDefinition":
      case "PropertyDefinition":
        if (at.computed) visit(at.key);
        if (at.value) visit(at.value);
        return;
      case "LabeledStatement":
        visit(at.body);
        return;
      case "BreakStatement":
      case "ContinueStatement":
        return;
      default:
        for (const child of childrenOf(at)) visit(child);
    }
  };
  visit(node);
  return found;
}

function childrenOf(node: AnyNode): AnyNode[] {
  const values: unknown[] = Object.values(node).flat();
  return values.filter(isNode);
}

function isNode(value: unknown): value is AnyNode {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    typeof value.type === "string" &&
    "start" in value
  );
}

/** Renames all uses of a variable, in every scope: the names used here are unusual. */
export function renameIdentifier(source: string, tree: Program, from: string, to: string): string {
  let out = source;
  const uses = identifiersIn(tree).filter((use) => use.name === from);
  for (const { start, end, shorthand } of uses.sort((left, right) => right.start - left.start)) {
    out = `${out.slice(0, start)}${shorthand ? `${from}: ${to}` : to}${out.slice(end)}`;
  }
  return out;
}
