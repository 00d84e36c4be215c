/**
 * Which names a program declares in which scope, and which names are free.
 *
 * A program, function, block, loop or catch opens a scope; `declaredBy` gives the names that it
 * declares. A function's body shares the scope of its parameters.
 */
import type { Node, Pattern, Statement } from "estree";
import { forEachChild, type Program } from "./tree.ts";

/** Names in the scope that `node` opens, in source order; empty if it opens none. */
export function declaredBy(node: Node): readonly string[] {
  switch (node.type) {
    case "Program":
      return [...declaredIn(node.body as Statement[]), ...hoisted(node)];
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression": {
      const own = node.type === "FunctionExpression" && node.id ? [node.id.name] : [];
      const inner =
        node.body.type === "BlockStatement"
          ? [...declaredIn(node.body.body), ...hoisted(node.body)]
          : [];
      return unique([...own, ...node.params.flatMap(patternNames), ...inner]);
    }
    case "BlockStatement":
      return declaredIn(node.body);
    case "SwitchStatement":
      return declaredIn(node.cases.flatMap((each) => each.consequent));
    case "ForStatement":
      return node.init?.type === "VariableDeclaration" ? declaredIn([node.init]) : [];
    case "ForOfStatement":
    case "ForInStatement":
      return node.left.type === "VariableDeclaration" ? declaredIn([node.left]) : [];
    case "CatchClause":
      return node.param ? patternNames(node.param) : [];
    default:
      return [];
  }
}

/** Names that a program reads or writes without declaring them, in order of appearance. */
export function freeNames(program: Program): ReadonlySet<string> {
  const free = new Set<string>();
  const visit = (node: Node, bound: ReadonlySet<string>): void => {
    if (node.type === "Identifier") {
      if (!bound.has(node.name)) free.add(node.name);
      return;
    }
    const declared = declaredBy(node);
    const inner = declared.length === 0 ? bound : new Set([...bound, ...declared]);
    forEachChild(node, (child) => visit(child, inner));
  };
  visit(program, new Set());
  return free;
}

/** Names that a pattern binds, left to right. */
function patternNames(pattern: Pattern): readonly string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === "RestElement" ? property : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : patternNames(element)));
    case "RestElement":
      return patternNames(pattern.argument);
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "MemberExpression":
      return [];
  }
}

/** Names that the statements of a block declare with block scope. */
function declaredIn(statements: readonly (Statement | Node)[]): readonly string[] {
  const names: string[] = [];
  for (const statement of statements) {
    if (statement.type === "VariableDeclaration") {
      for (const declarator of statement.declarations) names.push(...patternNames(declarator.id));
    } else if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") {
      if (statement.id) names.push(statement.id.name);
    }
  }
  return names;
}

/** `var` declarations below the top level of a function or program: their scope is all of it. */
function hoisted(root: Node): readonly string[] {
  const names: string[] = [];
  const visit = (node: Node, depth: number): void => {
    if (isFunction(node)) return;
    if (node.type === "VariableDeclaration" && node.kind === "var" && depth > 1) {
      for (const declarator of node.declarations) names.push(...patternNames(declarator.id));
    }
    if (isExpressionLeaf(node)) return;
    forEachChild(node, (child) => visit(child, depth + 1));
  };
  visit(root, 0);
  return names;
}

function isFunction(node: Node): boolean {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}

/** Expressions declare nothing outside functions, so a search for declarations stops at them. */
function isExpressionLeaf(node: Node): boolean {
  return node.type.endsWith("Expression") || node.type === "Identifier" || node.type === "Literal";
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
