/** Builders of syntax tree nodes. */
import type { Expression, SimpleLiteral } from "estree";

/** The node of a finite number: a negative number is a minus before a literal. */
export function numberNode(value: number): Expression {
  if (value < 0 || Object.is(value, -0)) {
    return { type: "UnaryExpression", operator: "-", prefix: true, argument: literal(-value) };
  }
  return literal(value);
}

export function literal(value: number | string | boolean): SimpleLiteral {
  return {
    type: "Literal",
    value,
    raw: typeof value === "string" ? JSON.stringify(value) : String(value),
  };
}

export function identifier(name: string): Expression & { type: "Identifier" } {
  return { type: "Identifier", name };
}

export function conditional(
  test: Expression,
  consequent: Expression,
  alternate: Expression,
): Expression {
  return { type: "ConditionalExpression", test, consequent, alternate };
}

/** The value of a number literal with an optional minus; undefined for any other node. */
export function numberOf(node: { readonly type: string }): number | undefined {
  const expression = node as Expression;
  if (expression.type === "Literal") {
    return typeof expression.value === "number" ? expression.value : undefined;
  }
  if (expression.type === "UnaryExpression" && expression.operator === "-") {
    const inner = expression.argument;
    if (inner.type === "Literal" && typeof inner.value === "number") return -inner.value;
  }
  return undefined;
}

/** Default six significant digits: enough for a search, and readable. */
export function rounded(value: number, digits = 6): number {
  return Number(value.toPrecision(digits));
}
