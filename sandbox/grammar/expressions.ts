/** Prints expressions of the total grammar from the syntax tree: what is not printed cannot run. */
import type {
  Expression,
  Identifier,
  MemberExpression,
  PrivateIdentifier,
  SpreadElement,
  Super,
} from "acorn";
import {
  LITERAL_NAMES,
  MATH_CONSTANTS,
  MATH_FUNCTIONS,
  type Meter,
  type Names,
  outside,
} from "./names.ts";

const UNARY: ReadonlySet<string> = new Set(["-", "+", "!"]);
const BINARY: ReadonlySet<string> = new Set("+ - * / % ** < <= > >= == != === !==".split(" "));
const LOGICAL: ReadonlySet<string> = new Set(["&&", "||", "??"]);

export interface Context {
  readonly names: Names;
  readonly meter: Meter;
}

type AnyExpression = Expression | PrivateIdentifier | SpreadElement | Super;

/** @throws OutsideGrammar */
export function expression(node: AnyExpression, context: Context): string {
  return context.meter.deeper(() => printed(node, context));
}

function printed(node: AnyExpression, context: Context): string {
  switch (node.type) {
    case "Literal":
      return literal(node.value);
    case "Identifier":
      return value(node, context);
    case "UnaryExpression":
      if (!UNARY.has(node.operator)) return outside(`the operator ${node.operator}`);
      return `(${node.operator} ${expression(node.argument, context)})`;
    case "BinaryExpression":
      if (!BINARY.has(node.operator)) return outside(`the operator ${node.operator}`);
      return `(${expression(node.left, context)} ${node.operator} ${expression(node.right, context)})`;
    case "LogicalExpression":
      if (!LOGICAL.has(node.operator)) return outside(`the operator ${node.operator}`);
      return `(${expression(node.left, context)} ${node.operator} ${expression(node.right, context)})`;
    case "ConditionalExpression":
      return `(${expression(node.test, context)} ? ${expression(node.consequent, context)} : ${expression(node.alternate, context)})`;
    case "ParenthesizedExpression":
      return expression(node.expression, context);
    case "CallExpression": {
      if (node.optional) return outside("an optional call");
      const callee = calledName(node.callee, context);
      const given = node.arguments.map((argument) => expression(argument, context));
      return `${callee}(${given.join(", ")})`;
    }
    case "MemberExpression":
      return member(node, context);
    default:
      return outside(`a node of type ${node.type}`);
  }
}

export function literal(value: unknown): string {
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "number") return outside("a literal that is not a number or boolean");
  return Number.isFinite(value) ? `${value}` : "(1 / 0)";
}

function value(node: Identifier, { names }: Context): string {
  const known = LITERAL_NAMES.get(node.name);
  if (known !== undefined) return known;
  const binding = names.find(node.name);
  return binding.kind === "value" ? binding.printed : outside(`${node.name} as a value`);
}

function calledName(node: AnyExpression, { names }: Context): string {
  if (node.type === "Identifier") {
    const binding = names.find(node.name);
    return binding.kind === "function" ? binding.printed : outside(`a call of ${node.name}`);
  }
  const name = node.type === "MemberExpression" ? mathName(node) : undefined;
  if (name === undefined || !MATH_FUNCTIONS.has(name)) {
    return outside("a call of something else than an earlier function or a pure function of Math");
  }
  return `Math.${name}`;
}

/** The property if this is `Math.property`, not `Math["property"]`. */
function mathName({ object, property, computed, optional }: MemberExpression): string | undefined {
  const named = !computed && !optional && property.type === "Identifier";
  if (!named || object.type !== "Identifier" || object.name !== "Math") return undefined;
  return property.name;
}

function member(node: MemberExpression, context: Context): string {
  const name = mathName(node);
  if (name !== undefined) {
    return MATH_CONSTANTS.has(name) ? `Math.${name}` : outside(`Math.${name} as a value`);
  }
  const { object, property, computed, optional } = node;
  if (optional) return outside("an optional access");
  if (!computed) {
    if (property.type !== "Identifier" || property.name !== "length") {
      return outside("a property other than length");
    }
    const list = listOf(object, context);
    return list.depth > 0
      ? `${list.printed}.length`
      : outside("the length of something that is not a list");
  }
  const list = listOf(node, context);
  return list.depth === 0 ? list.printed : outside("a list as a value");
}

/** A constant list or an element of one; a `depth` of 0 means a number. */
function listOf(node: AnyExpression, context: Context): { printed: string; depth: number } {
  return context.meter.deeper(() => {
    if (node.type === "Identifier") {
      const binding = context.names.find(node.name);
      if (binding.kind !== "list") return outside(`an access to ${node.name}, which is not a list`);
      return { printed: binding.printed, depth: binding.depth };
    }
    if (node.type !== "MemberExpression" || !node.computed || node.optional) {
      return outside("an access to something that is not a constant list");
    }
    const list = listOf(node.object, context);
    if (list.depth === 0) return outside("an access to an element of a number");
    // Keys are numbers, booleans, undefined or null, so they can only name elements.
    const key = expression(node.property, context);
    return { printed: `${list.printed}[${key}]`, depth: list.depth - 1 };
  });
}
