/**
 * Terms for results that are texts: a template with numbers, each of which is a line over a feature
 * (`2h 05m`), or a part of an input with a fixed text before and after it.
 */
import { compose, type Expression } from "./expression.ts";
import type { Feature } from "./fit-features.ts";
import { type Fit, lineFor, ROUNDINGS, rounded, roundingCost } from "./fit-terms.ts";
import type { Hints } from "./hints.ts";
import type { Leaf } from "./leaf.ts";
import { applied, componentNamed, literal } from "./parts.ts";

const NUMBER = /(?<![\d.])-?\d+/g;
const MAX_NUMBERS = 4;
const FIXED_COST = 1;

export interface TextTerms {
  readonly leaves: readonly Leaf[];
  readonly features: readonly Feature[];
  readonly hints: Hints;
}

export function textTerms({ leaves, features, hints }: TextTerms) {
  const texts = leaves.filter(({ expression }) => expression.type === "string");
  return (contexts: readonly number[], wanted: readonly string[]): Fit | undefined =>
    templateOf(contexts, wanted, features, hints) ?? sliceOf(contexts, wanted, texts);
}

function templateOf(
  contexts: readonly number[],
  wanted: readonly string[],
  features: readonly Feature[],
  hints: Hints,
): Fit | undefined {
  const fixed = wanted.map((text) => text.split(NUMBER));
  const [pieces = []] = fixed;
  if (pieces.length < 2 || pieces.length > MAX_NUMBERS + 1) return undefined;
  if (
    fixed.some((each) => each.length !== pieces.length || each.some((p, at) => p !== pieces[at]))
  ) {
    return undefined;
  }
  const numbers = wanted.map((text) => text.match(NUMBER) ?? []);
  const parts: Expression[] = [];
  let cost = 0;
  for (const [at, piece] of pieces.entries()) {
    if (piece !== "") parts.push(literal(piece));
    if (piece !== "") cost += FIXED_COST;
    if (at === pieces.length - 1) break;
    const column = numbers.map((each) => each[at] as string);
    const found = numberOf(contexts, column, features, hints);
    if (found === undefined) return undefined;
    parts.push(found.expression);
    cost += found.cost;
  }
  return { expression: parts.reduce((before, each) => applied("+text", before, each)), cost };
}

/** A number as text, padded with zeros if any of them is. */
function numberOf(
  contexts: readonly number[],
  column: readonly string[],
  features: readonly Feature[],
  hints: Hints,
): Fit | undefined {
  const width = column.some((text) => /^0\d/.test(text)) ? (column[0]?.length ?? 0) : 0;
  const numbers = column.map(Number);
  if (column.some((text, at) => String(numbers[at]).padStart(width, "0") !== text))
    return undefined;
  const [first] = numbers;
  const text = (of: Expression): Expression => {
    const digits = applied("String", of);
    return width === 0 ? digits : applied("padStart", digits, literal(width), literal("0"));
  };
  if (numbers.every((value) => value === first)) {
    return { expression: literal(column[0] as string), cost: FIXED_COST };
  }
  let best: Fit | undefined;
  for (const rounding of [ROUNDINGS.none, ROUNDINGS.floor, ROUNDINGS.round, ROUNDINGS.ceil]) {
    const line = lineFor(contexts, numbers, features, hints, rounding);
    const cost = (line?.cost ?? 0) + roundingCost(rounding, hints);
    if (line === undefined || (best !== undefined && best.cost <= cost)) continue;
    best = { expression: text(rounded(line.expression, rounding)), cost };
  }
  return best;
}

/** `text`, or its first or last characters, with the same text before or after it. */
function sliceOf(
  contexts: readonly number[],
  wanted: readonly string[],
  texts: readonly Leaf[],
): Fit | undefined {
  for (const { expression, values } of texts) {
    const given = contexts.map((k) => values[k] as string);
    if (given.includes(undefined as never)) continue;
    const [first = "", other = ""] = [given[0], wanted[0]];
    // The whole text within the result.
    const at = other.indexOf(first);
    if (first !== "" && at >= 0) {
      const [before, after] = [other.slice(0, at), other.slice(at + first.length)];
      if (given.every((text, k) => `${before}${text}${after}` === wanted[k])) {
        return {
          expression: between(before, expression, after),
          cost: 1 + fixedCost(before, after),
        };
      }
    }
    for (const [before, after] of framesOf(wanted)) {
      const inner = wanted.map((text) => text.slice(before.length, text.length - after.length));
      const found = partOf(expression, given, inner);
      if (found === undefined) continue;
      return {
        expression: between(before, found.expression, after),
        cost: found.cost + fixedCost(before, after),
      };
    }
  }
  return undefined;
}

/** Nothing around the text, or the same characters before and after it in all results. */
function framesOf(
  wanted: readonly string[],
): readonly (readonly [before: string, after: string])[] {
  const [first = ""] = wanted;
  let [start, end] = [0, 0];
  while (start < first.length && wanted.every((text) => text[start] === first[start])) start++;
  const room = Math.min(...wanted.map(({ length }) => length)) - start;
  while (end < room && wanted.every((text) => text.at(-1 - end) === first.at(-1 - end))) end++;
  return [
    ["", ""],
    ["", first.slice(first.length - end)],
    [first.slice(0, start), ""],
  ];
}

interface Place {
  readonly at: (text: string) => number;
  readonly expression: (text: Expression) => Expression;
  readonly cost: number;
}

/** The part between two places: fixed ones, counted from the start or the end, or next to a mark. */
function partOf(
  text: Expression,
  given: readonly string[],
  wanted: readonly string[],
): Pick<Fit, "expression" | "cost"> | undefined {
  const [first = "", part = ""] = [given[0], wanted[0]];
  if (part === "" || given.some((each, k) => !each.includes(wanted[k] as string))) return undefined;
  let best: Pick<Fit, "expression" | "cost"> | undefined;
  for (let from = first.indexOf(part); from !== -1; from = first.indexOf(part, from + 1)) {
    const ends = placesAt(first, from + part.length, false);
    for (const start of placesAt(first, from, true)) {
      for (const end of ends) {
        const cost = 1 + start.cost + end.cost;
        if (best !== undefined && best.cost <= cost) continue;
        if (given.some((each, k) => each.slice(start.at(each), end.at(each)) !== wanted[k]))
          continue;
        const args = [text, start.expression(text), end.expression(text)];
        best = { expression: compose(componentNamed("between"), args, "string"), cost };
      }
    }
  }
  return best;
}

function placesAt(text: string, at: number, isStart: boolean): readonly Place[] {
  const places: Place[] = [{ at: () => at, expression: () => literal(at), cost: at === 0 ? 0 : 1 }];
  const left = text.length - at;
  const length = (of: Expression) => applied("length", of);
  if (left === 0) places.push({ at: (each) => each.length, expression: length, cost: 0 });
  else {
    places.push({
      at: (each) => each.length - left,
      expression: (of) => applied("-", length(of), literal(left)),
      cost: 1.5,
    });
  }
  const mark = text[isStart ? at - 1 : at] ?? "";
  if (mark === "" || /[\p{L}\p{N}]/u.test(mark)) return places;
  for (const name of ["indexOf", "lastIndexOf"] as const) {
    if (text[name](mark) !== (isStart ? at - 1 : at)) continue;
    const index = (of: Expression) => applied(name, of, literal(mark));
    places.push({
      at: (each) => each[name](mark) + (isStart ? 1 : 0),
      expression: (of) => (isStart ? applied("+", index(of), literal(1)) : index(of)),
      cost: 1,
    });
  }
  return places;
}

function between(before: string, middle: Expression, after: string): Expression {
  const end = after === "" ? middle : applied("+text", middle, literal(after));
  return before === "" ? end : applied("+text", literal(before), end);
}

function fixedCost(...texts: readonly string[]): number {
  return texts.filter((text) => text !== "").length * FIXED_COST;
}
