/** Components that convert between texts and numbers, tests of texts, and patterns in texts. */
import { type Component, component } from "./expression.ts";

const N = "number";
const B = "boolean";
const S = "string";
const SS = "string[]";

const areIntegers = (...numbers: readonly number[]): boolean => numbers.every(Number.isInteger);

export const BETWEEN: readonly Component[] = [
  component("String", [N], S, (n) => `String(${n})`, String),
  component(
    "Number",
    [S],
    N,
    (s) => `Number(${s})`,
    (s) => (s.trim() === "" ? undefined : Number(s)),
  ),
  component(
    "binary",
    [N],
    S,
    (n) => `${n}.toString(2)`,
    (n) => n.toString(2),
    { levels: [2], cost: 2 },
  ),
  component(
    "fixed",
    [N, N],
    S,
    (n, d) => `${n}.toFixed(${d})`,
    (n, d) => (areIntegers(d) && d >= 0 && d < 10 ? n.toFixed(d) : undefined),
    { levels: [5, 1] },
  ),
  component(
    "code",
    [S],
    N,
    (s) => `${s}.charCodeAt(0)`,
    (s) => (s === "" ? undefined : s.charCodeAt(0)),
    { levels: [3] },
  ),
  component(
    "fromCode",
    [N],
    S,
    (n) => `String.fromCharCode(${n})`,
    (n) => (areIntegers(n) && n >= 32 && n < 0xd800 ? String.fromCharCode(n) : undefined),
  ),
  component(
    "===text",
    [S, S],
    B,
    (a, b) => `${a} === ${b}`,
    (a, b) => a === b,
    { commutes: true },
  ),
  component(
    "<text",
    [S, S],
    B,
    (a, b) => `${a} < ${b}`,
    (a, b) => a < b,
    { cost: 2, levels: [3, 3] },
  ),
  component(
    "includes",
    [S, S],
    B,
    (s, part) => `${s}.includes(${part})`,
    (s, part) => s.includes(part),
    { levels: [4, 4] },
  ),
  component(
    "startsWith",
    [S, S],
    B,
    (s, part) => `${s}.startsWith(${part})`,
    (s, part) => s.startsWith(part),
    { levels: [4, 3] },
  ),
  component(
    "endsWith",
    [S, S],
    B,
    (s, part) => `${s}.endsWith(${part})`,
    (s, part) => s.endsWith(part),
    { levels: [4, 3] },
  ),
  component(
    "isLetter",
    [S],
    B,
    (s) => `/^[a-z]$/i.test(${s})`,
    (s) => /^[a-z]$/i.test(s),
    { levels: [3] },
  ),
  component(
    "isDigit",
    [S],
    B,
    (s) => `/^\\d$/.test(${s})`,
    (s) => /^\d$/.test(s),
    { levels: [3] },
  ),
  component(
    "words",
    [S],
    SS,
    (s) => `${s}.split(/\\s+/).filter((each) => each !== "")`,
    (s) => s.split(/\s+/).filter((each) => each !== ""),
    { cost: 2 },
  ),
  component(
    "digits",
    [S],
    SS,
    (s) => `${s}.match(/\\d+/g) ?? []`,
    (s) => s.match(/\d+/g) ?? [],
    { levels: [4] },
  ),
  component(
    "numbers in",
    [S],
    "number[]",
    (s) => `(${s}.match(/\\d+/g) ?? []).map(Number)`,
    (s) => (s.match(/\d+/g) ?? []).map(Number),
    { levels: [4] },
  ),
  component(
    "runs",
    [S],
    SS,
    (s) => `${s}.match(/(.)\\1*/gs) ?? []`,
    (s) => s.match(/(.)\1*/gs) ?? [],
    {
      levels: [4],
    },
  ),
  component(
    "plain",
    [S],
    S,
    (s) => `${s}.replace(/[^a-z0-9]/gi, "")`,
    (s) => s.replace(/[^a-z0-9]/gi, ""),
    { levels: [4] },
  ),
  component(
    "number before",
    [S, S],
    N,
    (s, unit) => `Number(${s}.match(new RegExp("(\\\\d+(?:\\\\.\\\\d+)?)" + ${unit}))?.[1] ?? 0)`,
    (s, unit) =>
      /^[a-z%]+$/i.test(unit)
        ? Number(s.match(new RegExp(`(\\d+(?:\\.\\d+)?)${unit}`))?.[1] ?? 0)
        : undefined,
    { levels: [2, 1] },
  ),
  component(
    "alphanumerics",
    [S],
    SS,
    (s) => `${s}.match(/[\\p{L}\\p{N}]+/gu) ?? []`,
    (s) => s.match(/[\p{L}\p{N}]+/gu) ?? [],
    { levels: [4] },
  ),
  component(
    "humps",
    [S],
    SS,
    (s) => `${s}.split(/(?=[A-Z])/)`,
    (s) => s.split(/(?=[A-Z])/),
    { levels: [3], cost: 2 },
  ),
];
