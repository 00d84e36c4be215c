/**
 * The programs next to a program: simpler ones, in which a part stands in the place of the whole, and
 * rivals, in which one thing is another of its kind. Run on the cases, they show what the cases leave
 * open: what can be left out, and what could as well be different.
 */
import { literal, numberNode, numberOf, rounded } from "./build.ts";
import {
  forEachChild,
  type Node,
  type Place,
  parseProgram,
  printProgram,
  replaceAt,
} from "./tree.ts";

const COMPARISONS = ["<", "<=", ">", ">=", "===", "!=="] as const;
const ARITHMETIC = ["+", "-", "*", "/", "%"] as const;
/** Methods and functions that are taken for each other. */
const NAME_SWAPS: readonly (readonly string[])[] = [
  ["min", "max"],
  ["floor", "ceil", "round", "trunc"],
  ["trim", "trimStart", "trimEnd"],
  ["replace", "replaceAll"],
  ["indexOf", "lastIndexOf"],
  ["find", "findLast"],
  ["some", "every"],
  ["startsWith", "endsWith", "includes"],
];
const CLASSES: readonly (readonly string[])[] = [
  ["[a-z]", "[A-Z]", "[A-Za-z]", "\\w", "\\p{L}", "\\S"],
  ["[0-9]", "\\d", "[\\d.]", "\\w"],
  ["\\s", " ", "\\W", "[^a-z]", "[^A-Za-z]", "[^A-Za-z0-9]"],
];

/**
 * Programs in which one expression gives way to a part of it, or one constant to a simpler one. Not all
 * of them make sense: their types may not fit.
 *
 * @returns Sources, each once, without `source` itself; none if it does not parse.
 */
export function simplerPrograms(source: string): readonly string[] {
  return edited(source, (node) => {
    if (!isExpression(node)) return [];
    const value = numberOf(node);
    if (value !== undefined) {
      const simpler = [0, 1, Math.round(value), rounded(value, 1), rounded(value, 2)];
      return simpler.filter((other) => other !== value).map(numberNode);
    }
    return partsOf(node);
  });
}

/**
 * Programs in which one comparison, operator, constant, function or class of characters is another one.
 *
 * @param constants Numbers of the cases: thresholds are often among them.
 */
export function rivalPrograms(source: string, constants: readonly number[]): readonly string[] {
  return edited(source, (node) => {
    const value = numberOf(node);
    if (value !== undefined) return otherNumbers(value, constants).map(numberNode);
    switch (node.type) {
      case "BinaryExpression":
        for (const kinds of [COMPARISONS, ARITHMETIC] as const) {
          if (!(kinds as readonly string[]).includes(node.operator)) continue;
          return kinds
            .filter((operator) => operator !== node.operator)
            .map((operator) => ({ ...node, operator }));
        }
        return [];
      case "LogicalExpression":
        return [{ ...node, operator: node.operator === "&&" ? "||" : "&&" }];
      case "MemberExpression": {
        const { property } = node;
        if (node.computed || property.type !== "Identifier") return [];
        return swaps(property.name).map((name) => ({ ...node, property: { ...property, name } }));
      }
      case "Literal":
        if (!("regex" in node)) return [];
        return otherPatterns(node.regex).map((regex) => ({
          type: "Literal" as const,
          value: null,
          regex,
          raw: `/${regex.pattern}/${regex.flags}`,
        }));
      default:
        return [];
    }
  });
}

/** Constants next to a value, by size and by what the cases contain. */
function otherNumbers(value: number, constants: readonly number[]): readonly number[] {
  const near = [value - 1, value + 1, value * 2, value / 2, value * 10, value / 10];
  const given = constants
    .toSorted((a, b) => Math.abs(a - value) - Math.abs(b - value))
    .slice(0, 6)
    .flatMap((each) => [each, each + 1, each - 1]);
  const all = [...near, rounded(value, 1), ...given].map((each) => rounded(each, 10));
  return [...new Set(all)].filter((each) => each !== value);
}

function otherPatterns({ pattern, flags }: { readonly pattern: string; readonly flags: string }) {
  const other = CLASSES.flatMap((kinds) =>
    kinds
      .filter((kind) => pattern.includes(kind))
      .flatMap((kind) =>
        kinds.filter((each) => each !== kind).map((each) => [kind, each] as const),
      ),
  ).map(([from, to]) => ({
    pattern: pattern.replaceAll(from, () => to),
    flags: to.includes("\\p") && !flags.includes("u") ? `${flags}u` : flags,
  }));
  const flag = (name: string) =>
    flags.includes(name) ? flags.replace(name, "") : `${flags}${name}`;
  return [...other, { pattern, flags: flag("i") }, { pattern, flags: flag("g") }];
}

function swaps(name: string): readonly string[] {
  return NAME_SWAPS.filter((names) => names.includes(name))
    .flat()
    .filter((other) => other !== name);
}

/** The expressions directly inside a node, and what is inside the lambdas that it is called with. */
function partsOf(node: Node): readonly Node[] {
  const parts: Node[] = [];
  forEachChild(node, (child) => {
    if (child.type === "MemberExpression" && node.type === "CallExpression") {
      parts.push(child.object as Node);
    } else if (isExpression(child)) parts.push(child);
  });
  if (node.type === "BinaryExpression" || node.type === "LogicalExpression") {
    // `a + b + c` is also `a + c`.
    const { left, right } = node;
    if (left.type === node.type) parts.push({ ...node, left: left.left, right } as Node);
  }
  if (node.type === "CallExpression" && node.arguments.length > 0) {
    parts.push({ ...node, arguments: node.arguments.slice(0, -1) });
  }
  if (node.type === "ConditionalExpression") {
    parts.push(literal(true), literal(false));
  }
  return parts;
}

function isExpression(node: Node): boolean {
  return (
    node.type === "Identifier" ||
    node.type === "Literal" ||
    node.type === "TemplateLiteral" ||
    (node.type.endsWith("Expression") && !node.type.includes("Function"))
  );
}

/** One program for every node and every node that may stand in its place. */
function edited(source: string, others: (node: Node) => readonly Node[]): readonly string[] {
  const tree = parseProgram(source);
  if (tree === undefined) return [];
  const found = new Set<string>();
  const visit = (node: Node, place: Place | undefined): void => {
    if (place !== undefined) {
      for (const other of others(node)) found.add(printProgram(replaceAt(place, other)));
    }
    if (numberOf(node) !== undefined) return;
    forEachChild(node, (child, key, index) => {
      if (key !== "params" && key !== "id") visit(child, { up: place, node, key, index });
    });
  };
  visit(tree, undefined);
  found.delete(printProgram(tree));
  return [...found];
}
