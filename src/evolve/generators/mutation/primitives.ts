/**
 * The primitives of typed mutation: small expressions with holes, by result type.
 *
 * A hole is a name such as `$number`. Lambdas bind the names of LAMBDA_NAMES. The numeric rows stay
 * inside the total grammar that the sandbox checks and runs in batches: arithmetic, comparisons,
 * Math, conditionals.
 */
import type { Expression } from "../../syntax/tree.ts";
import { parseExpression } from "../../syntax/tree.ts";
import type { Type } from "../../syntax/types.ts";

export interface Primitive {
  readonly type: Type;
  readonly tree: Expression;
  /** Types of the holes in order of appearance. */
  readonly holes: readonly Type[];
  readonly weight: number;
  /** Number of nodes without the holes. */
  readonly size: number;
}

/** Name of a lambda's parameter -> its type. */
export const LAMBDA_NAMES: Readonly<Record<string, Type>> = {
  n: "number",
  m: "number",
  total: "number",
  c: "string",
  w: "string",
  text: "string",
  i: "number",
};

const HOLES: Readonly<Record<string, Type>> = {
  $number: "number",
  $boolean: "boolean",
  $string: "string",
  $numbers: "number[]",
  $strings: "string[]",
};

type Row = readonly [type: Type, text: string, weight: number];

const NUMERIC: readonly Row[] = [
  ["number", "$number + $number", 12],
  ["number", "$number - $number", 12],
  ["number", "$number * $number", 12],
  ["number", "$number / $number", 8],
  ["number", "$number % $number", 2],
  ["number", "Math.min($number, $number)", 7],
  ["number", "Math.max($number, $number)", 7],
  ["number", "$boolean ? $number : $number", 14],
  ["number", "-$number", 3],
  ["number", "Math.abs($number)", 3],
  ["number", "Math.sqrt($number)", 2],
  ["number", "Math.exp($number)", 1.5],
  ["number", "Math.log($number)", 1.5],
  ["number", "Math.floor($number)", 1],
  ["boolean", "$number < $number", 10],
  ["boolean", "$number <= $number", 8],
  ["boolean", "$number === $number", 1.5],
  ["boolean", "$boolean && $boolean", 4],
  ["boolean", "$boolean || $boolean", 3],
  ["boolean", "!$boolean", 1.5],
];

const TEXTS: readonly Row[] = [
  ["number", "$string.length", 4],
  ["number", "$string.indexOf($string)", 1],
  ["number", "$string.charCodeAt($number)", 1],
  ["number", "Number($string)", 1.5],
  ["boolean", "$string === $string", 4],
  ["boolean", "$string.includes($string)", 4],
  ["boolean", "$string.startsWith($string)", 1],
  ["boolean", "$string.endsWith($string)", 1],
  ["string", "$string + $string", 6],
  ["string", "$string.slice($number)", 3],
  ["string", "$string.slice($number, $number)", 2],
  ["string", "$string.charAt($number)", 2],
  ["string", "$string.toUpperCase()", 2],
  ["string", "$string.toLowerCase()", 2],
  ["string", "$string.trim()", 1],
  ["string", "$string.replaceAll($string, $string)", 1],
  ["string", "$strings.join($string)", 3],
  ["string", "String($number)", 2],
  ["string", "$boolean ? $string : $string", 4],
  ["string[]", "$string.split($string)", 5],
  ["string[]", "[...$string]", 3],
  ["string[]", "$strings.map((w) => $string)", 4],
  ["string[]", "$strings.filter((w) => $boolean)", 4],
  ["string[]", "$strings.slice($number)", 1],
  ["string[]", "$strings.toReversed()", 2],
  ["string[]", "$strings.toSorted()", 1],
  ["string[]", "$strings.concat($strings)", 1],
  ["number", "$strings.length", 3],
  ["string", "$strings.reduce((text, w) => $string, $string)", 1],
  ["number", "$strings.reduce((total, w) => $number, $number)", 1],
  ["boolean", "$strings.includes($string)", 2],
];

const LISTS: readonly Row[] = [
  ["number", "$numbers.length", 4],
  ["number", "$numbers[$number]", 3],
  ["number", "$numbers.reduce((total, n) => $number, $number)", 5],
  ["number", "$numbers.indexOf($number)", 1],
  ["boolean", "$numbers.includes($number)", 2],
  ["boolean", "$numbers.some((n) => $boolean)", 1],
  ["boolean", "$numbers.every((n) => $boolean)", 1],
  ["number[]", "$numbers.map((n) => $number)", 5],
  ["number[]", "$numbers.filter((n) => $boolean)", 5],
  ["number[]", "$numbers.slice($number)", 2],
  ["number[]", "$numbers.slice($number, $number)", 1],
  ["number[]", "$numbers.toReversed()", 2],
  ["number[]", "$numbers.toSorted((n, m) => n - m)", 2],
  ["number[]", "$numbers.concat($numbers)", 1],
];

const BETWEEN: readonly Row[] = [
  ["number[]", "$strings.map((w) => $number)", 3],
  ["string[]", "$numbers.map((n) => $string)", 3],
];

/** @param types The types of the kernel: only primitives of these types are returned. */
export function primitivesFor(types: ReadonlySet<Type>): readonly Primitive[] {
  const texts = types.has("string") || types.has("string[]");
  const lists = types.has("number[]");
  const rows = [...NUMERIC, ...(texts ? TEXTS : []), ...(lists ? LISTS : [])];
  if (texts && lists) rows.push(...BETWEEN);
  return rows.map(([type, text, weight]) => {
    const tree = parseExpression(text);
    const holes = [...text.matchAll(/\$\w+/g)].map(([hole]) => HOLES[hole] ?? "unknown");
    return { type, tree, holes, weight, size: text.includes("=>") ? 2 : 1 };
  });
}

/** The type of a hole; undefined for an ordinary name. */
export function holeType(name: string): Type | undefined {
  return name.startsWith("$") ? HOLES[name] : undefined;
}

/** Operators that may replace each other. */
export const SWAPS: readonly (readonly string[])[] = [
  ["+", "-", "*", "/", "%"],
  ["<", "<=", ">", ">=", "===", "!=="],
  ["&&", "||"],
];

/** Math functions with the same number of arguments, which may replace each other. */
export const MATH_SWAPS: readonly (readonly string[])[] = [
  ["min", "max"],
  ["abs", "sqrt", "exp", "log", "floor", "ceil", "round", "sign"],
];
