/** Components that build, split and measure texts. */
import { type Component, component } from "./expression.ts";

const N = "number";
const S = "string";
const SS = "string[]";

const reversed = (text: string): string => [...text].reverse().join("");

/** An index must be an integer: JavaScript would truncate it silently and hide an error. */
const areIntegers = (...numbers: readonly number[]): boolean => numbers.every(Number.isInteger);

export const TEXTS: readonly Component[] = [
  component(
    "length",
    [S],
    N,
    (s) => `${s}.length`,
    (s) => s.length,
  ),
  component(
    "upper",
    [S],
    S,
    (s) => `${s}.toUpperCase()`,
    (s) => s.toUpperCase(),
  ),
  component(
    "lower",
    [S],
    S,
    (s) => `${s}.toLowerCase()`,
    (s) => s.toLowerCase(),
  ),
  component(
    "capital",
    [S],
    S,
    (s) => `${s}.charAt(0).toUpperCase() + ${s}.slice(1)`,
    (s) => s.charAt(0).toUpperCase() + s.slice(1),
    { cost: 2, levels: [3] },
  ),
  component(
    "trim",
    [S],
    S,
    (s) => `${s}.trim()`,
    (s) => s.trim(),
  ),
  component("reversed", [S], S, (s) => `[...${s}].reverse().join("")`, reversed),
  component(
    "head",
    [S],
    S,
    (s) => `${s}.charAt(0)`,
    (s) => s.charAt(0),
  ),
  component(
    "tail",
    [S],
    S,
    (s) => `${s}.slice(1)`,
    (s) => s.slice(1),
  ),
  component(
    "last",
    [S],
    S,
    (s) => `${s}.slice(-1)`,
    (s) => s.slice(-1),
  ),
  component(
    "init",
    [S],
    S,
    (s) => `${s}.slice(0, -1)`,
    (s) => s.slice(0, -1),
  ),
  component(
    "chars",
    [S],
    SS,
    (s) => `[...${s}]`,
    (s) => [...s],
  ),
  component(
    "split",
    [S, S],
    SS,
    (s, by) => `${s}.split(${by})`,
    (s, by) => (by === "" ? undefined : s.split(by)),
    { levels: [5, 2] },
  ),
  component(
    "+text",
    [S, S],
    S,
    (a, b) => `${a} + ${b}`,
    (a, b) => a + b,
  ),
  component(
    "charAt",
    [S, N],
    S,
    (s, n) => `${s}.charAt(${n})`,
    (s, n) => (areIntegers(n) ? s.charAt(n) : undefined),
    { levels: [4, 5] },
  ),
  component(
    "from",
    [S, N],
    S,
    (s, n) => `${s}.slice(${n})`,
    (s, n) => (areIntegers(n) ? s.slice(n) : undefined),
    { levels: [4, 4] },
  ),
  component(
    "last of",
    [S, N],
    S,
    (s, n) => `${s}.slice(-${n})`,
    (s, n) => (areIntegers(n) && n > 0 ? s.slice(-n) : undefined),
    { levels: [3, 3] },
  ),
  component(
    "between",
    [S, N, N],
    S,
    (s, a, b) => `${s}.slice(${a}, ${b})`,
    (s, a, b) => (areIntegers(a, b) ? s.slice(a, b) : undefined),
    { levels: [3, 3, 3] },
  ),
  component(
    "indexOf",
    [S, S],
    N,
    (s, part) => `${s}.indexOf(${part})`,
    (s, part) => s.indexOf(part),
    { levels: [4, 3] },
  ),
  component(
    "lastIndexOf",
    [S, S],
    N,
    (s, part) => `${s}.lastIndexOf(${part})`,
    (s, part) => s.lastIndexOf(part),
    { levels: [3, 2] },
  ),
  component(
    "count",
    [S, S],
    N,
    (s, part) => `${s}.split(${part}).length - 1`,
    (s, part) => (part === "" ? undefined : s.split(part).length - 1),
    { levels: [4, 3] },
  ),
  component(
    "repeat",
    [S, N],
    S,
    (s, n) => `${s}.repeat(${n})`,
    (s, n) => (areIntegers(n) && n >= 0 && s.length * n < 10_000 ? s.repeat(n) : undefined),
    { levels: [3, 4] },
  ),
  component(
    "replaceAll",
    [S, S, S],
    S,
    (s, a, b) => `${s}.replaceAll(${a}, ${b})`,
    (s, a, b) => (a === "" || s.length * b.length > 10_000 ? undefined : s.split(a).join(b)),
    { levels: [4, 1, 1] },
  ),
  component("erase", [S, S], S, (s, part) => `erase(${s}, ${part})`, erase, {
    levels: [4, 2],
    cost: 2,
    helper:
      'function erase(text, part) { let rest = text; while (part !== "" && rest.includes(part)) { rest = rest.replace(part, ""); } return rest; }',
  }),
  component(
    "padStart",
    [S, N, S],
    S,
    (s, n, c) => `${s}.padStart(${n}, ${c})`,
    (s, n, c) => (areIntegers(n) && n < 1_000 ? s.padStart(n, c) : undefined),
    { levels: [4, 3, 2] },
  ),
  component(
    "padEnd",
    [S, N, S],
    S,
    (s, n, c) => `${s}.padEnd(${n}, ${c})`,
    (s, n, c) => (areIntegers(n) && n < 1_000 ? s.padEnd(n, c) : undefined),
    { levels: [4, 2, 1] },
  ),
];

function erase(text: string, part: string): string | undefined {
  if (part === "") return text;
  let rest = text;
  while (rest.includes(part)) rest = rest.replace(part, "");
  return rest;
}
