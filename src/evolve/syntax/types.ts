/**
 * Simple type inference: the type of an expression from the types of its parts. Without unification
 * and flow analysis: if the parts are not enough, the type is `unknown`, and typed mutation does not
 * change this place.
 */
import type { ValueType } from "../../core/task.ts";
import type { Expression, Node } from "./tree.ts";

/** The types of a kernel, and tables of numbers, which only top-level constants have. */
export type Type = ValueType | "number[][]";

export interface Binding {
  readonly name: string;
  readonly type: Type;
  readonly kind: "parameter" | "constant" | "variable" | "lambda" | "table" | "function";
  /** Position in the list of its function's parameters. */
  readonly index?: number;
  /** The expression that a constant was declared with. */
  readonly value?: Expression;
  /** Types of a function's parameters. */
  readonly takes?: readonly Type[];
}

/** The bindings in scope, innermost first. */
export interface Environment {
  readonly binding: Binding;
  readonly up: Environment | undefined;
}

export function bind(up: Environment | undefined, ...bindings: Binding[]): Environment | undefined {
  return bindings.reduce<Environment | undefined>((at, binding) => ({ binding, up: at }), up);
}

export function find(environment: Environment | undefined, name: string): Binding | undefined {
  for (let at = environment; at !== undefined; at = at.up) {
    if (at.binding.name === name) return at.binding;
  }
  return undefined;
}

/** The type of one element. */
export function elementOf(type: Type): Type {
  switch (type) {
    case "number[]":
      return "number";
    case "string[]":
    case "string":
      return "string";
    case "number[][]":
      return "number[]";
    default:
      return "unknown";
  }
}

export function listOf(type: Type): Type {
  if (type === "number") return "number[]";
  if (type === "string") return "string[]";
  if (type === "number[]") return "number[][]";
  return "unknown";
}

const STRING_TO_STRING = new Set(
  "slice substring toUpperCase toLowerCase trim trimStart trimEnd repeat replace replaceAll padStart padEnd charAt concat at".split(
    " ",
  ),
);
const TO_NUMBER = new Set("indexOf lastIndexOf charCodeAt codePointAt findIndex search".split(" "));
const TO_BOOLEAN = new Set("includes startsWith endsWith some every test".split(" "));
const LIST_TO_LIST = new Set(
  "slice filter concat reverse sort toSorted toReversed fill with".split(" "),
);

/** The type of `receiver.name(...)`; `lambda`: the result type of its function argument. */
export function methodType(receiver: Type, name: string, lambda: Type, initial: Type): Type {
  if (TO_NUMBER.has(name)) return "number";
  if (TO_BOOLEAN.has(name)) return "boolean";
  if (name === "toString" || name === "toFixed" || name === "join") return "string";
  if (receiver === "string") {
    if (name === "split" || name === "match") return "string[]";
    return STRING_TO_STRING.has(name) ? "string" : "unknown";
  }
  if (elementOf(receiver) === "unknown") return "unknown";
  if (LIST_TO_LIST.has(name)) return receiver;
  if (name === "map") return listOf(lambda);
  if (name === "flatMap") return elementOf(lambda) === "unknown" ? listOf(lambda) : lambda;
  if (name === "reduce") return initial === "unknown" ? elementOf(receiver) : initial;
  if (name === "at" || name === "find" || name === "findLast" || name === "pop") {
    return elementOf(receiver);
  }
  return "unknown";
}

/** Types of the parameters of a function given to a method of `receiver`. */
export function lambdaTypes(receiver: Type, name: string, initial: Type): readonly Type[] {
  const element = elementOf(receiver);
  if (name === "reduce") {
    return [initial === "unknown" ? element : initial, element, "number", receiver];
  }
  if (name === "sort" || name === "toSorted") return [element, element];
  return [element, "number", receiver];
}

export function memberType(object: Type, node: Node): Type {
  if (node.type !== "MemberExpression") return "unknown";
  if (node.computed) return elementOf(object);
  if (node.property.type !== "Identifier") return "unknown";
  if (node.object.type === "Identifier" && node.object.name === "Math") return "number";
  return node.property.name === "length" ? "number" : "unknown";
}

export function binaryType(operator: string, left: Type, right: Type): Type {
  if (operator === "+") {
    if (left === "number" && right === "number") return "number";
    return left === "string" || right === "string" ? "string" : "unknown";
  }
  if (["-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", ">>>"].includes(operator)) {
    return "number";
  }
  return "boolean";
}

export function unaryType(operator: string): Type {
  if (operator === "!" || operator === "delete") return "boolean";
  if (operator === "typeof") return "string";
  return operator === "void" ? "unknown" : "number";
}

/** The type of a value that comes from two branches: their type if they agree. */
export function joinTypes(left: Type, right: Type): Type {
  return left === right ? left : "unknown";
}

/** Result types of global functions. */
export const GLOBAL_CALLS: Readonly<Record<string, Type>> = {
  Number: "number",
  parseInt: "number",
  parseFloat: "number",
  String: "string",
  Boolean: "boolean",
  isNaN: "boolean",
  isFinite: "boolean",
};
