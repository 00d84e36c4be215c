/**
 * What the words of a task say to the search: the numbers and texts that they name are likely constants
 * of the function, and so are the numbers that their units stand for. Nothing else is read out of them.
 */
import { present } from "../../../core/present.ts";

export interface Hints {
  /** In order of appearance, each once. */
  readonly numbers: readonly number[];
  /** What they stand for as factors: themselves, their inverses, and as percentages. */
  readonly rates: readonly number[];
  /** The rounding that they ask for. */
  readonly rounding?: "floor" | "ceil" | "round";
  /** "up to 20", "above 20": the number itself belongs to those below. */
  readonly upTo: ReadonlySet<number>;
  /** Whether the words name this number, or the text as a word of its own. */
  names(value: unknown): boolean;
  /** Whether one of the words matches. */
  mentions(pattern: RegExp): boolean;
}

/** Numbers that a word stands for. */
const UNITS: readonly (readonly [word: RegExp, numbers: readonly number[]])[] = [
  [/\b(seconds?|minutes?|hours?|clock|duration|time)\b/i, [60, 3_600]],
  [/\b(hours?|days?)\b/i, [24]],
  [/\bweeks?\b/i, [7]],
  [/\b(per ?cent|percentage|discount|rate|cents?|centimet\w+)\b|%/i, [100]],
  [/\b(kilo\w*|thousands?|km|kg|metres?|meters?|grams?)\b/i, [1_000]],
  [/\b(millions?)\b/i, [1_000_000]],
  [/\b(kb|mb|kib|mib|bytes?)\b/i, [1_024, 1_048_576]],
  [/\b(dozens?|months?|inch(es)?|feet|foot)\b/i, [12]],
  [/\b(fahrenheit)\b/i, [32]],
  [/\b(double|twice|half|halves)\b/i, [2]],
  [/\b(triple|three)\b/i, [3]],
  [/\b(quarters?|four)\b/i, [4]],
];
const ROUNDINGS = [
  [
    /\bround(ed|s)? down|\b(whole|full|complete) (units|hours|minutes|years|weeks|days)\b/i,
    "floor",
  ],
  [/\bround(ed|s)? up|\bstarted\b|\bbegun\b/i, "ceil"],
  [/\bround(ed|s)?\b|\bnearest\b|\bwhole (number|degrees?)\b/i, "round"],
] as const;
const UP_TO =
  /\b(?:up to|at most|above|over|more than|beyond|exceeding|larger than)\s+(-?\d+(?:\.\d+)?)/gi;
const NUMBER = /(?<![\w.])-?\d+(?:[.,]\d+)?/g;

export function hintsOf(words: string): Hints {
  const written = (words.match(NUMBER) ?? []).map((text) => Number(text.replace(",", ".")));
  const meant = UNITS.flatMap(([word, numbers]) => (word.test(words) ? numbers : []));
  const numbers = [...new Set([...written, ...meant])];
  const shares = numbers.flatMap((value) => [value / 100, 1 + value / 100, 1 - value / 100]);
  const rates = [...numbers, ...shares, ...numbers.map((value) => 1 / value)].map(short);
  const texts = new Set(words.split(/[^\p{L}\p{N}]+/u));
  return {
    numbers,
    rates: [...new Set(rates)].filter((rate) => rate !== 0 && rate !== 1 && Number.isFinite(rate)),
    upTo: new Set([...words.matchAll(UP_TO)].map(([, text = ""]) => Number(text))),
    names: (value) =>
      typeof value === "number"
        ? numbers.includes(value)
        : typeof value === "string" && texts.has(value),
    ...present({ rounding: ROUNDINGS.find(([phrase]) => phrase.test(words))?.[1] }),
    mentions: (pattern) => pattern.test(words),
  };
}

/** Without the last digits, which arithmetic makes. */
export function short(value: number): number {
  return Number(value.toPrecision(12));
}
