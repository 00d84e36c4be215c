/**
 * Description length: how many bits it takes to write a program down. Of two programs that fit the same
 * cases the shorter one is the more likely to be meant (minimum description length: Rissanen,
 * Automatica 14, 1978).
 *
 * The code is fixed before any case is seen, so the lengths are also a prior for an Occam bound
 * (Blumer, Ehrenfeucht, Haussler and Warmuth, IPL 24, 1987): each node costs the logarithm of the
 * number of things that could stand in its place, a constant costs its digits, a text its letters.
 * Names of parameters and variables cost the same whatever they are.
 */
import { LIBRARY } from "../generators/enumerate/library.ts";
import { forEachChild, type Node, parseProgram } from "./tree.ts";

/** About eight variables, parameters and globals are in reach. */
const NAME_BITS = 3;
/** About 32 methods and fields are in use for each type. */
const METHOD_BITS = 5;
/** Names that are seldom meant where a common one would do. */
const RARE_BITS = 3;
const RARE = new Set([
  "ceil",
  "charCodeAt",
  "findLast",
  "findLastIndex",
  "lastIndexOf",
  "trimEnd",
  "trimStart",
  "trunc",
]);
/** A second name for a variable is no part of what is computed. */
const ALIAS_BITS = 0.5;
const LETTER_BITS = 5;
const DIGIT_BITS = Math.log2(10);
/** Type of a node: about 16 are in use, and operators choose among about as many. */
const NODE_BITS: Readonly<Record<string, number>> = {
  Program: 0,
  FunctionDeclaration: 0,
  BlockStatement: 0,
  ReturnStatement: 1,
  ExpressionStatement: 0,
  ChainExpression: 0,
  VariableDeclaration: 1,
  MemberExpression: 1,
  CallExpression: 1,
  ArrowFunctionExpression: 2,
};
const OTHER_NODE_BITS = 4;

/** A parameter that is not used: nobody gives an argument for nothing. */
const UNUSED_BITS = 8;
/** A product with a fraction such as 0.9 that is not rounded: its results have digits that nobody means. */
const INEXACT_BITS = 40;
const ROUNDED = /^(round|floor|ceil|trunc|toFixed)$/;

/**
 * @returns Bits, above 0, finite. A text that does not parse costs its letters. A function of the
 *   library counts as one of the functions in use, not by its body. Linear in the size.
 */
export function descriptionLength(source: string): number {
  const tree = parseProgram(source);
  if (tree === undefined) return source.length * LETTER_BITS;
  const bits = tree.body.map((node) =>
    node.type === "FunctionDeclaration" && LIBRARY.has(node.id?.name ?? "")
      ? METHOD_BITS
      : bitsOf(node, false),
  );
  return bits.reduce((sum, each) => sum + each, 0);
}

function bitsOf(node: Node, isRounded: boolean): number {
  if (isAlias(node)) return ALIAS_BITS;
  let bits = ownBits(node);
  if (node.type === "FunctionDeclaration") bits += UNUSED_BITS * unusedParameters(node);
  if (!isRounded && isInexact(node)) bits += INEXACT_BITS;
  const inside = isRounded || rounds(node);
  forEachChild(node, (child, key) => {
    // A parameter's own name says nothing; each use of it does.
    if (key !== "params" && key !== "id") bits += bitsOf(child, inside);
  });
  return bits;
}

function unusedParameters({ params, body }: Node & { type: "FunctionDeclaration" }): number {
  const used = new Set<string>();
  const visit = (node: Node): void => {
    if (node.type === "Identifier") used.add(node.name);
    forEachChild(node, visit);
  };
  visit(body as Node);
  return params.filter((each) => each.type === "Identifier" && !used.has(each.name)).length;
}

function isInexact(node: Node): boolean {
  if (node.type !== "BinaryExpression" || (node.operator !== "*" && node.operator !== "/")) {
    return false;
  }
  return [node.left, node.right].some(
    (side) =>
      side.type === "Literal" &&
      typeof side.value === "number" &&
      !Number.isInteger(side.value * 1_024),
  );
}

function rounds(node: Node): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.callee.property.type === "Identifier" &&
    ROUNDED.test(node.callee.property.name)
  );
}

function ownBits(node: Node): number {
  switch (node.type) {
    case "Identifier":
      return NAME_BITS;
    case "Literal":
      if ("regex" in node) return OTHER_NODE_BITS + node.regex.pattern.length * LETTER_BITS;
      return literalBits(node.value ?? null);
    case "TemplateElement":
      return (node.value.cooked ?? node.value.raw).length * LETTER_BITS;
    case "MemberExpression":
      return (NODE_BITS.MemberExpression ?? 0) + (node.computed ? 1 : nameBits(node.property));
    case "Property":
      return node.computed || node.key.type !== "Identifier"
        ? 1
        : 1 + node.key.name.length * LETTER_BITS;
    case "VariableDeclarator":
      return 0;
    case "BinaryExpression":
      return isComparison(node.operator) ? comparisonBits(node) : OTHER_NODE_BITS;
    default:
      return NODE_BITS[node.type] ?? OTHER_NODE_BITS;
  }
}

/** Another name for a variable. */
function isAlias(node: Node): boolean {
  return (
    node.type === "VariableDeclaration" &&
    node.declarations.every(({ init }) => init?.type === "Identifier")
  );
}

function nameBits(property: Node): number {
  const rare = property.type === "Identifier" && RARE.has(property.name);
  return METHOD_BITS + (rare ? RARE_BITS : 0);
}

function isComparison(operator: string): boolean {
  return /^[<>=!]=?=?$/.test(operator);
}

/** A remainder is compared for being equal; its order says nothing, least of all below zero. */
function comparisonBits({ operator, left, right }: Node & { type: "BinaryExpression" }): number {
  const isRemainder = [left, right].some(
    (side) => side.type === "BinaryExpression" && side.operator === "%",
  );
  return isRemainder && !operator.endsWith("==") ? OTHER_NODE_BITS + 6 : OTHER_NODE_BITS;
}

function literalBits(value: unknown): number {
  if (typeof value === "string") return 3 + value.length * LETTER_BITS;
  if (typeof value === "number") return numberBits(value);
  return 2;
}

/**
 * Bits of a constant: its significant digits and its power of ten. 0, 1 and 2 are the cheapest; 50 is
 * cheaper than 47, and 0.03753 is dear.
 */
export function numberBits(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || size === 1 || size === 2) return 2;
  if (!Number.isFinite(size)) return 4;
  const [digits = "", exponent = "0"] = size.toExponential().split("e");
  const significant = digits.replace(".", "").length;
  const power = Math.abs(Number(exponent) - (significant - 1));
  return 2 + significant * DIGIT_BITS + (power === 0 ? 0 : 1 + Math.log2(power + 1));
}
