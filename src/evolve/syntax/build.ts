/** Small builders of nodes, so that operators read as what they make. */
import type { Expression, SimpleLiteral } from "estree";

/** A number as source has it: negative ones are a minus before a literal. Not NaN, not infinite. */
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

/** The value of a number literal, or of a minus before one; undefined for anything else. */
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

/** Six significant digits: what a search can feel, and readable. */
export function rounded(value: number, digits = 6): number {
  return Number(value.toPrecision(digits));
}
