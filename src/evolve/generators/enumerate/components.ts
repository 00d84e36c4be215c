/**
 * The typed components of enumeration: what each takes and gives, how it is written, and what it
 * computes. `$0`, `$1` stand for the arguments.
 *
 * Components are coarse on purpose (words, runs, range, sum): a program of five of them is within
 * reach, one of fifteen fine ones is not.
 */
import type { ValueType } from "../../../core/task.ts";

export interface Component {
  readonly takes: readonly ValueType[];
  readonly gives: ValueType;
  readonly text: string;
  /** Commutative: only one order of the arguments is tried. */
  readonly commutes: boolean;
  // The arguments have the types of `takes`: the enumeration sees to it.
  readonly apply: (...args: never[]) => unknown;
}

function component<A extends readonly unknown[]>(
  takes: readonly ValueType[],
  gives: ValueType,
  text: string,
  apply: (...args: [...A]) => unknown,
  commutes = false,
): Component {
  return { takes, gives, text, apply: apply as (...args: never[]) => unknown, commutes };
}

const N = "number";
const B = "boolean";
const S = "string";
const NS = "number[]";
const SS = "string[]";

type NN = [number, number];
const whole = (value: number) => (Number.isInteger(value) ? value : undefined);

const ARITHMETIC: readonly Component[] = [
  component<NN>([N, N], N, "($0 + $1)", (a, b) => a + b, true),
  component<NN>([N, N], N, "($0 - $1)", (a, b) => a - b),
  component<NN>([N, N], N, "($0 * $1)", (a, b) => a * b, true),
  component<NN>([N, N], N, "($0 / $1)", (a, b) => a / b),
  component<NN>([N, N], N, "($0 % $1)", (a, b) => a % b),
  component<NN>([N, N], N, "Math.min($0, $1)", Math.min, true),
  component<NN>([N, N], N, "Math.max($0, $1)", Math.max, true),
  component<[number]>([N], N, "Math.abs($0)", Math.abs),
  component<[number]>([N], N, "Math.floor($0)", Math.floor),
  component<[number]>([N], N, "Math.sqrt($0)", Math.sqrt),
  component<[number]>([N], NS, "Array.from({ length: $0 }, (_, i) => i + 1)", rangeTo),
];

const TESTS: readonly Component[] = [
  component<NN>([N, N], B, "($0 % $1 === 0)", (a, b) => (b === 0 ? undefined : a % b === 0)),
  component<NN>([N, N], B, "($0 < $1)", (a, b) => a < b),
  component<NN>([N, N], B, "($0 <= $1)", (a, b) => a <= b),
  component<NN>([N, N], B, "($0 === $1)", (a, b) => a === b, true),
  component<[string, string]>([S, S], B, "($0 === $1)", (a, b) => a === b, true),
  component<[string, string]>([S, S], B, "$0.includes($1)", (a, b) => a.includes(b)),
  component<[number[], number]>([NS, N], B, "$0.includes($1)", (a, b) => a.includes(b)),
  component<[string[], string]>([SS, S], B, "$0.includes($1)", (a, b) => a.includes(b)),
  component<[boolean, boolean]>([B, B], B, "($0 && $1)", (a, b) => a && b, true),
  component<[boolean, boolean]>([B, B], B, "($0 || $1)", (a, b) => a || b, true),
  component<[boolean]>([B], B, "!$0", (a) => !a),
];

const TEXTS: readonly Component[] = [
  component<[string]>([S], N, "$0.length", (s) => s.length),
  component<[string]>([S], N, "Number($0)", (s) => (s.trim() === "" ? undefined : Number(s))),
  component<[string]>([S], S, "$0.toUpperCase()", (s) => s.toUpperCase()),
  component<[string]>([S], S, "$0.toLowerCase()", (s) => s.toLowerCase()),
  component<[string]>([S], S, "$0.trim()", (s) => s.trim()),
  component<[string]>([S], S, "$0.charAt(0)", (s) => s.charAt(0)),
  component<[string]>([S], S, "$0.slice(1)", (s) => s.slice(1)),
  component<[string]>([S], S, "$0.slice(0, -1)", (s) => s.slice(0, -1)),
  component<[string]>([S], S, "$0.slice(-1)", (s) => s.slice(-1)),
  component<[string]>([S], S, '[...$0].reverse().join("")', (s) => [...s].reverse().join("")),
  component<[string, string]>([S, S], S, "($0 + $1)", (a, b) => a + b),
  component<[string, number]>([S, N], S, "$0.slice(0, $1)", (s, n) => s.slice(0, n)),
  component<[string, number]>([S, N], S, "$0.slice($1)", (s, n) => s.slice(n)),
  component<[string, number]>([S, N], S, "$0.charAt($1)", (s, n) => s.charAt(n)),
  component<[string, string]>([S, S], N, "$0.indexOf($1)", (a, b) => a.indexOf(b)),
  component<[string, string]>([S, S], S, '$0.replaceAll($1, "")', (a, b) => a.replaceAll(b, "")),
  component<[string, string]>([S, S], SS, "$0.split($1)", (a, b) =>
    b === "" ? undefined : a.split(b),
  ),
  component<[number]>([N], S, "String($0)", String),
  component<[string]>([S], SS, "[...$0]", (s) => [...s]),
  component<[string]>([S], SS, '$0.split(" ")', (s) => s.split(" ")),
  component<[string]>([S], SS, "($0.match(/(.)\\1*/g) ?? [])", (s) => s.match(/(.)\1*/g) ?? []),
  component<[string]>([S], N, '($0.charCodeAt(0) - "a".charCodeAt(0))', (s) =>
    s === "" ? undefined : s.charCodeAt(0) - 97,
  ),
  component<[number]>([N], S, 'String.fromCharCode("a".charCodeAt(0) + ($0) % 26)', (n) =>
    n >= 0 && Number.isInteger(n) ? String.fromCharCode(97 + (n % 26)) : undefined,
  ),
  component<[string[], string]>([SS, S], S, "$0.join($1)", (a, b) => a.join(b)),
];

const LISTS: readonly Component[] = [
  component<[number[]]>([NS], N, "$0.length", (a) => a.length),
  component<[string[]]>([SS], N, "$0.length", (a) => a.length),
  component<[number[]]>([NS], N, "$0.reduce((sum, n) => sum + n, 0)", (a) =>
    a.reduce((s, n) => s + n, 0),
  ),
  component<[number[]]>([NS], N, "$0.reduce((all, n) => all * n, 1)", (a) =>
    a.reduce((s, n) => s * n, 1),
  ),
  component<[number[]]>([NS], N, "Math.max(...$0)", (a) => Math.max(...a)),
  component<[number[]]>([NS], N, "Math.min(...$0)", (a) => Math.min(...a)),
  component<[number[]]>([NS], N, "$0[0]", (a) => a[0]),
  component<[number[]]>([NS], N, "$0[$0.length - 1]", (a) => a.at(-1)),
  component<[string[]]>([SS], S, "$0[0]", (a) => a[0]),
  component<[string[]]>([SS], S, "$0[$0.length - 1]", (a) => a.at(-1)),
  component<[number[], number]>([NS, N], N, "$0[$1]", (a, i) =>
    whole(i) === undefined ? undefined : a[i],
  ),
  component<[string[], number]>([SS, N], S, "$0[$1]", (a, i) =>
    whole(i) === undefined ? undefined : a[i],
  ),
  component<[string[]]>([SS], S, '$0.join("")', (a) => a.join("")),
  component<[string[]]>([SS], S, '$0.join(" ")', (a) => a.join(" ")),
  component<[string[]]>(
    [SS],
    S,
    '$0.reduce((best, w) => w.length > best.length ? w : best, "")',
    longest,
  ),
  component<[number[]]>([NS], NS, "$0.toSorted((a, b) => a - b)", (a) =>
    a.toSorted((x, y) => x - y),
  ),
  component<[string[]]>([SS], SS, "$0.toSorted()", (a) => a.toSorted()),
  component<[number[]]>([NS], NS, "$0.toReversed()", (a) => a.toReversed()),
  component<[string[]]>([SS], SS, "$0.toReversed()", (a) => a.toReversed()),
  component<[number[]]>([NS], NS, "[...new Set($0)]", (a) => [...new Set(a)]),
  component<[string[]]>([SS], SS, "[...new Set($0)]", (a) => [...new Set(a)]),
  component<[number[], number]>([NS, N], NS, "$0.slice(0, $1)", (a, n) => a.slice(0, n)),
  component<[number[], number]>([NS, N], NS, "$0.slice($1)", (a, n) => a.slice(n)),
];

/** Components worth trying at the top of a program. */
export const COMPONENTS: readonly Component[] = [...ARITHMETIC, ...TESTS, ...TEXTS, ...LISTS];

/** Components worth trying on one element of a list: no lists inside lists. */
export const ELEMENT_COMPONENTS: readonly Component[] = COMPONENTS.filter(
  ({ takes, gives }) => ![...takes, gives].some((type) => type === NS || type === SS),
);

/** What turns a list into one value, for the end of a pipeline. */
export const ENDINGS: readonly Component[] = LISTS.filter(
  ({ takes, gives }) => takes.length === 1 && gives !== NS && gives !== SS,
);

function rangeTo(n: number): unknown {
  if (!Number.isInteger(n) || n < 0 || n > 200) return undefined;
  return Array.from({ length: n }, (_, i) => i + 1);
}

function longest(words: string[]): string {
  return words.reduce((best, word) => (word.length > best.length ? word : best), "");
}
