/** Tests that divide the contexts: thresholds on inputs, equal texts, multiples, and given booleans. */
import { NAMED } from "./components-named.ts";
import type { Expression } from "./expression.ts";
import type { Feature } from "./fit-features.ts";
import { constantCost, type Fit, type Line } from "./fit-terms.ts";
import type { Hints } from "./hints.ts";
import type { Leaf } from "./leaf.ts";
import { applied, literal } from "./parts.ts";
import type { Vector } from "./values.ts";

export interface Test {
  /** Bit k: true in context k. */
  readonly mask: number;
  readonly values: Vector;
  /** The test, between a term where it is true and a term where it is false. */
  at(yes?: Line, no?: Line): Pick<Fit, "expression" | "cost">;
}

const MAX_TEXTS = 8;
const MULTIPLES = /\b(multiples?|divisible|divides?|every|even|odd|fizz\w*)\b/i;

export function testsOf(
  leaves: readonly Leaf[],
  features: readonly Feature[],
  hints: Hints,
): readonly Test[] {
  const found = new Map<number, Test>();
  const all = 2 ** (leaves[0]?.values.length ?? 0) - 1;
  const add = (values: Vector, at: Test["at"]): void => {
    let mask = 0;
    for (const [k, value] of values.entries()) if (value === true) mask |= 1 << k;
    if (mask === 0 || mask === all || values.includes(undefined)) return;
    const before = found.get(mask);
    if (before === undefined || at().cost < before.at().cost) found.set(mask, { mask, values, at });
  };
  const fixed = (expression: Expression, cost: number, values: Vector): void =>
    add(values, () => ({ expression, cost }));
  for (const { expression, values } of leaves) {
    if (expression.type === "boolean") fixed(expression, 1, values);
    if (expression.type !== "string") continue;
    const texts = [...new Set(values as readonly string[])].filter(
      // A text of a single context says which context it is, unless the words name it.
      (text) => hints.names(text) || values.indexOf(text) !== values.lastIndexOf(text),
    );
    for (const text of texts.slice(0, MAX_TEXTS)) {
      const test = applied("===text", expression, literal(text));
      fixed(
        test,
        1 + constantCost(text, hints),
        values.map((value) => value === text),
      );
    }
  }
  const notions = NAMED.filter(({ gives, words }) => gives === "boolean" && hints.mentions(words));
  for (const { expression, values } of leaves) {
    for (const part of notions) {
      if (part.takes[0] !== expression.type) continue;
      const given = values.map((value) => (value === undefined ? undefined : part.apply(value)));
      fixed(applied(part.name, expression), 1, given);
      if (expression.type !== "string") continue;
      const tails = values.map((value) => part.apply((value as string).slice(1)));
      fixed(applied(part.name, applied("tail", expression)), 2, tails);
    }
  }
  for (const feature of features) {
    if (!feature.isInput) continue;
    for (const value of new Set(feature.values)) {
      if (!hints.names(value) && feature.values.filter((other) => other === value).length < 3)
        continue;
      const test = applied("===", feature.expression, literal(value));
      const equal = feature.values.map((other) => other === value);
      fixed(test, feature.cost + constantCost(value, hints) + 0.5, equal);
    }
    const sorted = [...new Set(feature.values)].sort((a, b) => a - b);
    for (let at = 1; at < sorted.length; at++) {
      const gap = [sorted[at - 1] as number, sorted[at] as number] as const;
      const values = feature.values.map((value) => value <= gap[0]);
      add(values, (yes, no) => threshold(feature, gap, hints, yes, no));
    }
    for (const by of divisorsOf(hints)) {
      const values = feature.values.map((value) => value % by === 0);
      const test = applied("divides", feature.expression, literal(by));
      fixed(
        test,
        feature.cost + constantCost(by, hints) + (hints.mentions(MULTIPLES) ? 0 : 2),
        values,
      );
    }
  }
  return [...found.values()].sort((a, b) => a.at().cost - b.at().cost);
}

/** True up to the threshold, which is in the gap: where the terms meet, what the words name, or a round number. */
function threshold(
  { expression: x, cost }: Feature,
  [low, high]: readonly [number, number],
  hints: Hints,
  yes?: Line,
  no?: Line,
): Pick<Fit, "expression" | "cost"> {
  const below = (limit: number) => applied("<", x, literal(limit));
  const upTo = (limit: number) => applied("<=", x, literal(limit));
  const named = hints.numbers.find((value) => low < value && value <= high);
  if (named !== undefined) {
    const isUpTo = named < high && hints.upTo.has(named);
    return { expression: isUpTo ? upTo(named) : below(named), cost: cost + 0.5 };
  }
  if (hints.names(low)) return { expression: upTo(low), cost: cost + 0.5 };
  const meeting = meetingOf(x, yes, no);
  if (meeting !== undefined && meeting >= low && meeting <= high) {
    const limit = Number(meeting.toPrecision(6));
    const expression = limit > low ? below(limit) : upTo(limit);
    return { expression, cost: cost + 0.5 };
  }
  const limit = roundest(low, high);
  const expression = limit === low ? upTo(limit) : below(limit);
  return { expression, cost: cost + constantCost(limit, hints) + 0.5 };
}

/** Where two lines over the same number, or over its units, have the same value. */
function meetingOf(x: Expression, yes: Line | undefined, no: Line | undefined): number | undefined {
  if (yes === undefined || no === undefined) return undefined;
  const features = [yes, no].flatMap(({ feature }) => feature ?? []);
  const [one] = features;
  const size = one?.expression === x ? 1 : one?.units?.of === x ? one.units.size : undefined;
  if (size === undefined || features.some(({ expression }) => expression !== one?.expression)) {
    return undefined;
  }
  const steeper = yes.slope - no.slope;
  return steeper === 0 ? undefined : ((no.lift - yes.lift) / steeper) * size;
}

/** The roundest number above `low` and up to `high`; of equally round ones the highest. */
function roundest(low: number, high: number): number {
  for (const unit of [1_000, 500, 100, 50, 10, 5, 1, 0.5, 0.1]) {
    const value = Number((Math.floor(high / unit) * unit).toPrecision(12));
    if (value > low) return value;
  }
  return high;
}

/** Divisors: 2, the small numbers that the words name, and their products. */
function divisorsOf({ numbers }: Hints): readonly number[] {
  const named = numbers.filter((value) => Number.isInteger(value) && value > 1 && value <= 1_000);
  const products = named.flatMap((a) => named.map((b) => a * b)).filter((value) => value <= 1_000);
  return [...new Set([2, ...named, ...products])].slice(0, 12);
}
