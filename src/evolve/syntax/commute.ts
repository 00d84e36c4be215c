/**
 * Sorts the operands of commutative operations if they have no side effects. `a > b` becomes `b < a`.
 */
import type { BinaryExpression, CallExpression, Node } from "estree";
import { compareTrees } from "./order.ts";

/** A rewritten node; `pure`: it can be reordered safely. */
export interface Canonical {
  readonly node: Node;
  readonly pure: boolean;
  readonly numeric: boolean;
}

const MIRRORED: Readonly<Record<string, "<" | "<=">> = { ">": "<", ">=": "<=" };

/** @param allNumbers Every value of the program is a number or boolean: each `+` commutes. */
export function orderBinary(
  given: Canonical,
  [left, right]: readonly Canonical[],
  { operator }: BinaryExpression,
  allNumbers: boolean,
): Canonical {
  const arithmetic = "-*/%**".includes(operator);
  if (left === undefined || right === undefined) return given;
  const numericSum = operator === "+" && left.numeric && right.numeric;
  const numeric = arithmetic || numericSum || (allNumbers && operator === "+");
  if (!given.pure) return { ...given, numeric };

  const mirrored = MIRRORED[operator];
  const commutes =
    operator === "*" ||
    operator === "===" ||
    operator === "!==" ||
    numericSum ||
    (operator === "+" && allNumbers);
  const swap = mirrored !== undefined || (commutes && compareTrees(right.node, left.node) < 0);
  if (!swap) return { ...given, numeric };
  const name = mirrored ?? operator;
  return {
    node: {
      ...given.node,
      operator: name,
      left: right.node,
      right: left.node,
    } as Node,
    pure: true,
    numeric,
  };
}

export function isMathCall(node: CallExpression): boolean {
  const { callee } = node;
  if (callee.type !== "MemberExpression" || callee.computed) return false;
  if (callee.object.type !== "Identifier" || callee.object.name !== "Math") return false;
  return callee.property.type === "Identifier" && callee.property.name !== "random";
}

export function orderMath(
  given: Canonical,
  [callee, ...operands]: readonly Canonical[],
  node: CallExpression,
): Canonical {
  const method = node.callee.type === "MemberExpression" ? node.callee.property : undefined;
  const name = method?.type === "Identifier" ? method.name : "";
  const numeric = { ...given, numeric: true };
  if (!given.pure || callee === undefined || (name !== "min" && name !== "max")) return numeric;
  const sorted = operands.toSorted((a, b) => compareTrees(a.node, b.node));
  return {
    node: { ...given.node, arguments: sorted.map((each) => each.node) } as Node,
    pure: true,
    numeric: true,
  };
}
