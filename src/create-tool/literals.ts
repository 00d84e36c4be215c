/**
 * Literals of a request: values that one person needs once. A tool with one of them in its code or
 * name works for that one call only; as an argument, the value can differ for every caller.
 */
import { forEachChild, type Node, parseProgram } from "../evolve/syntax/tree.ts";

export interface Literal {
  readonly kind: "number" | "quoted" | "name" | "address" | "date";
  readonly text: string;
}

/** In order of preference: text matched by one pattern is skipped by the next. */
const PATTERNS: readonly (readonly [Literal["kind"], RegExp])[] = [
  ["address", /\bhttps?:\/\/[^\s"'<>]+|[\w.+-]+@[\w-]+\.[\w.-]+\w/g],
  [
    "quoted",
    /"([^"\n]{1,200})"|“([^”\n]{1,200})”|`([^`\n]{1,200})`|(?<=^|[\s(])'([^'\n]{1,200})'(?=$|[\s).,;:?!])/g,
  ],
  ["date", /\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b/g],
  ["number", /(?<![\w.])-?\d+(?:[.,]\d+)*(?![\w])/g],
  // Two capitals in a row, or a capital inside a sentence: names of people, places, Roman numerals.
  ["name", /\b(?:[A-Z]{2,}\d*|(?<=[^.!?\s]\s)[A-Z][a-zà-ÿ]+(?:\s[A-Z][a-zà-ÿ]+)*)\b/g],
];

/** These words name kinds of things, not one person's value. */
const KINDS = new Set(
  "I A ASCII API CSV DNA HTML HTTP ID IP ISBN ISO JSON MD PDF RGB RNA SQL TSV URL UTC UTF UUID XML YAML Roman Arabic English Greek Latin Unicode Celsius Fahrenheit Kelvin Caesar Fibonacci Levenshtein Hamming Luhn Morse Markdown Unix Python JavaScript TypeScript Euclidean Manhattan Base".split(
    " ",
  ),
);

/** @returns Each literal once, in order of appearance. */
export function literalsOf(words: string): readonly Literal[] {
  const found: (Literal & { readonly at: number })[] = [];
  let rest = words;
  for (const [kind, pattern] of PATTERNS) {
    rest = rest.replace(pattern, (whole: string, ...groups: unknown[]) => {
      const at = groups.find((group) => typeof group === "number") as number;
      const inner = groups.slice(0, 4).find((group) => typeof group === "string" && group !== "");
      const text = kind === "quoted" ? ((inner as string | undefined) ?? whole) : whole;
      if (kind === "name" && text.split(" ").every((word) => KINDS.has(word))) return whole;
      found.push({ kind, text, at });
      return " ".repeat(whole.length);
    });
  }
  const seen = new Set<string>();
  return found
    .sort((a, b) => a.at - b.at)
    .filter(({ text }) => !seen.has(text) && seen.add(text))
    .map(({ kind, text }) => ({ kind, text }));
}

/** The literals that a tool's name contains as a word. */
export function literalsInName(name: string, literals: readonly Literal[]): readonly Literal[] {
  const inName = ` ${wordsOf(name).join(" ")} `;
  return literals.filter(({ text }) => {
    const words = wordsOf(text);
    return words.length > 0 && inName.includes(` ${words.join(" ")} `);
  });
}

/** Numbers that are common in programs. */
const COMMON = new Set([
  -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 24, 26, 32, 60, 64, 100, 255, 256, 1000,
]);

/**
 * The literals that a program contains as a value: an equal number, or a string that contains the
 * text. Common numbers do not count, and a program that does not parse contains none.
 */
export function literalsInSource(source: string, literals: readonly Literal[]): readonly Literal[] {
  const values = valuesInSource(source);
  return literals.filter(({ kind, text }) => {
    if (kind !== "number") {
      return values.some((value) => typeof value === "string" && value.includes(text));
    }
    const number = Number(text.replaceAll(",", ""));
    return Number.isFinite(number) && !COMMON.has(number) && values.includes(Math.abs(number));
  });
}

/**
 * The numbers of a request that its program does not use in any form: as they are, next to them (18 as
 * `> 17`), as a percentage (19 as 0.19, 1.19 or 119). What is an example in the words is left out.
 */
export function unusedNumbers(words: string, source: string): readonly string[] {
  const asked = words
    .replace(/\b(?:such as|like|e\.g\.|for example)\b.*$/is, "")
    .replace(/\S*\d\S* is \S*\d\S*/g, "");
  const values = valuesInSource(source);
  const texts = values.filter((value) => typeof value === "string").join("\n");
  const numbers = values.filter((value) => typeof value === "number");
  return literalsOf(asked)
    .filter(({ kind }) => kind === "number")
    .map(({ text }) => text)
    .filter((text) => {
      const value = Math.abs(Number(text.replaceAll(",", "")));
      if (!Number.isFinite(value)) return false;
      const share = value / 100;
      const forms = [
        value,
        value - 1,
        value + 1,
        share,
        1 - share,
        1 + share,
        100 - value,
        100 + value,
      ];
      const used = numbers.some((number) =>
        forms.some((form) => Math.abs(number - form) <= 1e-9 * Math.max(1, form)),
      );
      return !used && !texts.includes(text);
    });
}

/** Strings and absolute numbers among the literals of a program; keys of objects count as strings. */
export function valuesInSource(source: string): readonly (string | number)[] {
  const tree = parseProgram(source);
  const values: (string | number)[] = [];
  const visit = (node: Node): void => {
    if (node.type === "Literal") {
      const { value } = node;
      if (typeof value === "string" || typeof value === "number") values.push(value);
    } else if (node.type === "Property" && !node.computed) {
      if (node.key.type === "Identifier") values.push(node.key.name);
      else visit(node.key as Node);
    } else if (node.type === "TemplateLiteral") {
      for (const { value } of node.quasis) values.push(value.cooked ?? value.raw);
    }
    forEachChild(node, visit);
  };
  if (tree !== undefined) visit(tree);
  return values;
}

/** Words of a camelCase, snake_case or plain text, in lower case. */
function wordsOf(text: string): readonly string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}
