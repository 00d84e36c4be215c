/**
 * Values near some given ones, by their types and shapes: edges, negatives, decimals where only
 * integers were seen, empty, unicode, longer, round numbers, parts of several given values together.
 *
 * The oddness of a value is in bits: 0 for what looks like the given values, more for what they do not
 * show. Only 0 to 1 is what a person would expect without being told.
 */
import { canonicalJson, type Json } from "../../src/core/json.ts";
import type { Random } from "../../src/core/random.ts";

export interface Variant {
  readonly value: Json;
  /** In bits, at least 0. */
  readonly oddness: number;
}

/** Maximum number of values for one place. */
const MAX_VARIANTS = 160;
const DEPTH = 3;

/** @returns Each value once; also the given ones, with oddness 0. */
export function variantsOf(values: readonly Json[], random: Random, depth = 0): readonly Variant[] {
  const numbers = values.filter((value) => typeof value === "number");
  const texts = values.filter((value) => typeof value === "string");
  const lists = values.filter(Array.isArray) as readonly (readonly Json[])[];
  const records = values.filter(isRecord);
  const all: Variant[] = [
    ...values.map((value) => ({ value, oddness: 0 })),
    ...(values.some((value) => typeof value === "boolean")
      ? [true, false].map((value) => ({ value, oddness: 0 }))
      : []),
    ...(numbers.length > 0 ? numberVariants(numbers) : []),
    ...(texts.length > 0 ? textVariants(texts, random) : []),
    ...(lists.length > 0 ? listVariants(lists, random, depth) : []),
    ...(records.length > 0 ? recordVariants(records, random, depth) : []),
  ];
  const found = new Map<string, Variant>();
  for (const variant of all.toSorted((a, b) => a.oddness - b.oddness)) {
    const key = canonicalJson(variant.value);
    if (!found.has(key)) found.set(key, variant);
  }
  return [...found.values()].slice(0, MAX_VARIANTS);
}

function numberVariants(given: readonly number[]): readonly Variant[] {
  const low = Math.min(...given);
  const high = Math.max(...given);
  const whole = given.every(Number.isInteger);
  const signed = low < 0;
  const found: Variant[] = [];
  const add = (value: number, oddness: number): void => {
    if (!Number.isFinite(value)) return;
    const outside = value < low || value > high ? 0.5 : 0;
    const negative = value < 0 && !signed ? 4 : 0;
    const decimal = whole && !Number.isInteger(value) ? 4 : 0;
    const rounded = Number(value.toPrecision(12));
    found.push({ value: rounded, oddness: oddness + Math.max(outside, negative) + decimal });
  };
  const sorted = given.toSorted((a, b) => a - b);
  for (const [at, value] of sorted.entries()) {
    add(value + 1, 0);
    add(value - 1, 0);
    add(value + 0.5, 0);
    add(-value, 0);
    add(value * 2, 0);
    add(value * 10, 1);
    const next = sorted[at + 1];
    if (next === undefined) continue;
    const middle = (value + next) / 2;
    add(whole ? Math.round(middle) : Number(middle.toPrecision(3)), 0);
    add(value + (next - value) / 4, whole ? 0.5 : 0);
  }
  add(0, low <= 0 ? 0 : 1);
  add(1, 0);
  // Round numbers around the given ones: years, amounts, limits.
  const size = 10 ** Math.floor(Math.log10(Math.max(1, high - low, Math.abs(high) / 10)));
  for (const step of [size, size / 10]) {
    if (step < 1 && whole) continue;
    for (let at = -3; at <= 12; at++) add(Math.floor(low / step) * step + at * step, 0);
  }
  return found;
}

function textVariants(given: readonly string[], random: Random): readonly Variant[] {
  const found: Variant[] = [];
  const add = (value: string, oddness: number): void => {
    found.push({ value, oddness });
  };
  const alphabet = [...new Set(given.flatMap((text) => [...text]))];
  const hasUpper = given.some((text) => /\p{Lu}/u.test(text));
  const hasSpace = given.some((text) => text.includes(" "));
  const caseOddness = hasUpper ? 0 : 2;
  for (const text of given) {
    const letters = [...text];
    const words = text.split(/(?<=[^\p{L}\p{N}])|(?=[^\p{L}\p{N}])/u);
    const other = random.pick(given);
    add(text.toUpperCase(), caseOddness + 0.5);
    add(text.toLowerCase(), 0.5);
    add(text.charAt(0).toUpperCase() + text.slice(1), caseOddness);
    add(letters.toReversed().join(""), 1);
    add(`${text} ${other}`, hasSpace ? 0 : 2);
    add(` ${text} `, 3);
    add(text.replaceAll(" ", "  "), 2.5);
    add(`${text}é`, 4);
    add(
      text.replace(/\d/g, () => String(random.integer(10))),
      0,
    );
    add(
      text.replace(/\d+/g, (digits) => String(Number(digits) + 1).padStart(digits.length, "0")),
      0,
    );
    if (letters.length > 0) {
      const at = random.integer(letters.length);
      const letter = letters[at] as string;
      const same = alphabet.filter((each) => kindOf(each) === kindOf(letter));
      add(letters.with(at, random.pick(same)).join(""), 0);
      add(letters.toSpliced(at, 1).join(""), 0.5);
      add(letters.toSpliced(at, 0, letter).join(""), 0.5);
      add(letters.toSpliced(at, 0, random.pick(alphabet)).join(""), 0.5);
      add(`${text}${random.pick(alphabet)}`, 0.5);
      add(letter, 1);
    }
    // The start of one text and the end of another one.
    const others = other.split(/(?<=[^\p{L}\p{N}])|(?=[^\p{L}\p{N}])/u);
    const cut = random.integer(words.length);
    const from = random.integer(others.length);
    add([...words.slice(0, cut), ...others.slice(from)].join(""), words.length > 1 ? 0.5 : 1);
    if (words.length > 1) {
      add(words.toSpliced(random.integer(words.length), 1).join(""), 0.5);
      add(words.toReversed().join(""), 1);
    }
    add(`${text}${other}`, 1);
  }
  add("", 2);
  return found;
}

function listVariants(
  given: readonly (readonly Json[])[],
  random: Random,
  depth: number,
): readonly Variant[] {
  const found: Variant[] = [];
  const add = (value: readonly Json[], oddness: number): void => {
    found.push({ value: [...value], oddness });
  };
  const items = given.flat();
  const lengths = new Set(given.map(({ length }) => length));
  // Lists of one length may be points or pairs.
  const resized = lengths.size === 1 && given.length > 2 ? 3 : 0;
  const near = depth < DEPTH ? variantsOf(items, random, depth + 1) : [];
  for (const list of given) {
    const other = random.pick(given);
    add(list.toReversed(), 0);
    add([...list, ...other], resized + 0.5);
    add(list.slice(0, 1), resized + (lengths.has(1) ? 0 : 1));
    if (list.length > 0) {
      const at = random.integer(list.length);
      if (list.length > 1) add(list.toSpliced(at, 1), resized);
      add([...list, list[at] as Json], resized);
      add(list.with(at, random.pick(items)), 0);
    }
    for (let draws = 0; draws < 3 && near.length > 0 && list.length > 0; draws++) {
      const { value, oddness } = random.pick(near);
      add(list.with(random.integer(list.length), value), oddness);
    }
  }
  for (let draws = 0; draws < 10 && items.length > 0; draws++) {
    const length = random.pick(given).length;
    add(
      Array.from({ length }, () => random.pick(items)),
      0,
    );
    const changed = near.length === 0 ? [] : Array.from({ length }, () => random.pick(near));
    add(
      changed.map(({ value }) => value),
      changed.reduce((sum, { oddness }) => Math.max(sum, oddness), 0),
    );
  }
  add([], lengths.has(0) ? 0 : resized + 2);
  return found;
}

type JsonRecord = { readonly [key: string]: Json };

function recordVariants(
  given: readonly JsonRecord[],
  random: Random,
  depth: number,
): readonly Variant[] {
  const keys = [...new Set(given.flatMap(Object.keys))];
  const valuesOf = (key: string): readonly Json[] =>
    given.flatMap((record) => (Object.hasOwn(record, key) ? [record[key] as Json] : []));
  const near = new Map(
    keys.map((key) => [key, depth < DEPTH ? variantsOf(valuesOf(key), random, depth + 1) : []]),
  );
  return given.flatMap((record) => {
    const crossed = Object.keys(record).map((key) => [key, random.pick(valuesOf(key))] as const);
    const [key] = Object.keys(record).length === 0 ? [] : [random.pick(Object.keys(record))];
    const own = key === undefined ? [] : (near.get(key) ?? []);
    const varied = Array.from({ length: own.length === 0 ? 0 : 3 }, () => random.pick(own));
    return [
      { value: Object.fromEntries(crossed), oddness: 0 },
      ...varied.map(({ value, oddness }) => ({
        value: { ...record, [key as string]: value },
        oddness,
      })),
    ];
  });
}

function kindOf(letter: string): string {
  if (/\p{Lu}/u.test(letter)) return "upper";
  if (/\p{L}/u.test(letter)) return "lower";
  if (/\d/.test(letter)) return "digit";
  return letter === " " ? "space" : "sign";
}

function isRecord(value: Json): value is JsonRecord {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
