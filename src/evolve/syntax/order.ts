/** A total order of trees by structure, to sort commutative operands. */
import type { Node } from "estree";
import { childKeys } from "./tree.ts";

/** @returns Below 0, 0 or above 0; 0 only for trees with the same text. Stops at the first difference. */
export function compareTrees(left: Node, right: Node): number {
  if (left === right) return 0;
  if (left.type !== right.type) return compareTexts(left.type, right.type);
  if (left.type === "Identifier") {
    return compareTexts(left.name, (right as typeof left).name);
  }
  if (left.type === "Literal") {
    return compareTexts(String(left.raw), String((right as typeof left).raw));
  }
  const own = compareTexts(attributes(left), attributes(right));
  if (own !== 0) return own;
  for (const key of childKeys(left)) {
    const difference = compareFields(fieldOf(left, key), fieldOf(right, key));
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareFields(left: unknown, right: unknown): number {
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return left.length - right.length;
    for (let index = 0; index < left.length; index++) {
      const difference = compareFields(left[index], right[index]);
      if (difference !== 0) return difference;
    }
    return 0;
  }
  if (typeof left !== "object" || left === null) return right === left ? 0 : -1;
  if (typeof right !== "object" || right === null) return 1;
  return compareTrees(left as Node, right as Node);
}

function fieldOf(node: Node, key: string): unknown {
  return (node as unknown as Readonly<Record<string, unknown>>)[key];
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What distinguishes two nodes of the same type, except their children. */
function attributes(node: Node): string {
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression":
    case "UnaryExpression":
    case "AssignmentExpression":
      return node.operator;
    case "UpdateExpression":
      return `${node.operator}${node.prefix ? "" : "after"}`;
    case "MemberExpression":
      return node.computed || node.property.type !== "Identifier" ? "" : node.property.name;
    case "VariableDeclaration":
      return node.kind;
    case "TemplateLiteral":
      return JSON.stringify(node.quasis.map((quasi) => quasi.value.raw));
    case "Property":
      return node.key.type === "Identifier" ? node.key.name : "";
    default:
      return "";
  }
}
