/**
 * The simplest term for some contexts: a constant, a line over one feature, or a number within a fixed
 * text. Coefficients are as short as the contexts allow; those that the task's words name come first.
 */

import type { Expression } from "./expression.ts";
import type { Feature } from "./fit-features.ts";
import { type Hints, short } from "./hints.ts";
import { applied, literal } from "./parts.ts";
import type { Value } from "./values.ts";

/** A line over a feature, or a constant, as numbers: where two of them meet is a likely threshold. */
export interface Line {
  /** Absent: the same value everywhere. */
  readonly feature?: Feature;
  readonly slope: number;
  readonly lift: number;
}

export interface Fit {
  readonly expression: Expression;
  /** Length of its description. One node of an enumerated expression counts about 1. */
  readonly cost: number;
  readonly line?: Line;
}

export interface Rounding {
  readonly name: "none" | "floor" | "round" | "ceil";
  /** The unit to which it rounds is 1 / `per`. */
  readonly per: number;
  readonly cost: number;
}

/** What the words ask for costs nothing, and what they rule out costs more. */
export function roundingCost({ name, cost }: Rounding, hints: Hints): number {
  if (hints.rounding === undefined) return cost;
  return name === hints.rounding ? 0 : cost + 1;
}

export const ROUNDINGS = {
  none: { name: "none", per: 1, cost: 0 },
  round: { name: "round", per: 1, cost: 1.5 },
  floor: { name: "floor", per: 1, cost: 1.5 },
  ceil: { name: "ceil", per: 1, cost: 1.5 },
  tenths: { name: "round", per: 10, cost: 1 },
  hundredths: { name: "round", per: 100, cost: 1 },
} as const satisfies Record<string, Rounding>;

const SLACK = 1e-9;
/** A term for a single context says little more than its result, unless the words name its constant. */
const ALONE = 4;
const ALONE_NAMED = 1;
/** Slopes of the first part of a sum, and the cost of its features. */
const MAX_RATES = 4;
const MAX_SUMMAND = 3;
/** Denominators of short fractions. */
const DENOMINATORS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12];

export function rounded(expression: Expression, { name, per }: Rounding): Expression {
  if (name === "none") return expression;
  if (per === 1) return applied(name, expression);
  return applied("/", applied(name, applied("*", expression, literal(per))), literal(per));
}

/** Digits make a constant long, unless the words name it. */
export function constantCost(value: Value, hints: Hints): number {
  if (hints.names(value) || (typeof value === "number" && hints.names(-value))) return 0.5;
  if (typeof value === "number") {
    const digits = String(Math.abs(value)).replace(/^0\.|\.|0+$/g, "").length;
    return value === 0 || value === 1 ? 0.5 : 1 + digits * 0.5;
  }
  return typeof value === "string" && value !== "" ? 1.5 : 0.5;
}

export interface TermOptions {
  readonly features: readonly Feature[];
  readonly hints: Hints;
  readonly rounding: Rounding;
  /** Features of lines that fit several contexts; found on the way. */
  readonly proven: Set<Feature>;
  /** Terms for results that are texts. */
  readonly textFor: (contexts: readonly number[], wanted: readonly string[]) => Fit | undefined;
}

export function termFor(
  contexts: readonly number[],
  target: readonly Value[],
  { features, hints, rounding, proven, textFor }: TermOptions,
): Fit | undefined {
  const wanted = contexts.map((k) => target[k] as Value);
  const [first] = wanted;
  const fixed = constantFor(wanted, hints);
  if (fixed !== undefined && wanted.length > 1) return fixed;
  const found =
    typeof first === "number"
      ? termOfNumbers(contexts, wanted as readonly number[], features, hints, rounding, proven)
      : typeof first === "string" && wanted.length > 1
        ? textFor(contexts, wanted as readonly string[])
        : undefined;
  return found === undefined || (fixed !== undefined && fixed.cost <= found.cost) ? fixed : found;
}

function constantFor(wanted: readonly Value[], hints: Hints): Fit | undefined {
  const [first] = wanted;
  if (first === undefined || wanted.some((value) => value !== first)) return undefined;
  const own = constantCost(first, hints);
  const alone = typeof first === "boolean" ? 0 : own <= 0.5 ? ALONE_NAMED : ALONE;
  const cost = own + (wanted.length === 1 ? alone : 0);
  const expression = literal(first as number | string | boolean);
  return typeof first === "number"
    ? { expression, cost, line: { slope: 0, lift: first } }
    : { expression, cost };
}

/** A line, or the sum of two lines, one of them with a plain slope or one that the words name. */
function termOfNumbers(
  contexts: readonly number[],
  wanted: readonly number[],
  features: readonly Feature[],
  hints: Hints,
  rounding: Rounding,
  proven: Set<Feature>,
): Fit | undefined {
  const known = contexts.length === 1 ? features.filter((each) => proven.has(each)) : [];
  const line = lineFor(contexts, wanted, known.length > 0 ? known : features, hints, rounding);
  if (line?.line?.feature !== undefined && contexts.length > 2) proven.add(line.line.feature);
  if (line !== undefined || contexts.length < 3) return line;
  const simple = features.filter(({ units, cost }) => units === undefined && cost <= MAX_SUMMAND);
  let best: Fit | undefined;
  for (const feature of simple) {
    for (const slope of [1, ...hints.rates.slice(0, MAX_RATES)]) {
      const rest = contexts.map((k, at) =>
        short((wanted[at] as number) - slope * (feature.values[k] as number)),
      );
      const second = lineFor(contexts, rest, simple, hints, rounding);
      if (second === undefined) continue;
      const first = timesOf(feature.expression, slope, hints);
      const cost = first.cost + feature.cost + second.cost + 1;
      if (best !== undefined && best.cost <= cost) continue;
      best = { expression: applied("+", first.expression, second.expression), cost };
    }
  }
  return best;
}

export function lineFor(
  contexts: readonly number[],
  wanted: readonly number[],
  features: readonly Feature[],
  hints: Hints,
  rounding: Rounding,
): Fit | undefined {
  let best: Fit | undefined;
  for (const feature of features) {
    if (best !== undefined && best.cost <= feature.cost) continue;
    const given = contexts.map((k) => feature.values[k] as number);
    for (const [slope, lift] of linesThrough(given, wanted, hints, rounding)) {
      if (!given.every((x, at) => agrees(slope * x + lift, wanted[at] as number, rounding)))
        continue;
      // As many constants as contexts say nothing.
      const constants = (slope === 1 ? 0 : 1) + (lift === 0 ? 0 : 1);
      const spare = contexts.length - constants;
      if (spare < 1 && !isRate(slope, hints) && !hints.names(lift)) continue;
      const { expression, cost } = lineOf(feature, slope, lift, hints);
      const whole = cost + feature.cost + (spare < 1 ? ALONE_NAMED : 0);
      if (best === undefined || whole < best.cost) {
        best = { expression, cost: whole, line: { feature, slope, lift } };
      }
    }
  }
  return best;
}

function agrees(value: number, wanted: number, { name, per }: Rounding): boolean {
  const off = value - wanted;
  const near = SLACK * Math.max(1, Math.abs(wanted));
  switch (name) {
    case "none":
      return Math.abs(off) <= near;
    case "round":
      return Math.abs(off) <= 0.5 / per + near;
    case "floor":
      return off >= -near && off < 1 / per;
    case "ceil":
      return off <= near && off > -1 / per;
  }
}

/** Slopes and lifts that may fit; each is checked by the caller. */
function* linesThrough(
  given: readonly number[],
  wanted: readonly number[],
  hints: Hints,
  rounding: Rounding,
): Generator<readonly [slope: number, lift: number]> {
  if (given.length === 1) {
    for (const rate of hints.rates) yield [rate, 0];
    return;
  }
  const low = given.indexOf(Math.min(...given));
  const high = given.indexOf(Math.max(...given));
  const [x0 = 0, x1 = 0] = [given[low], given[high]];
  const [y0 = 0, y1 = 0] = [wanted[low], wanted[high]];
  if (x0 === x1) return;
  if (rounding.name === "none") {
    const slope = short((y1 - y0) / (x1 - x0));
    yield [slope, short(y0 - slope * x0)];
    return;
  }
  // A rounded result leaves a range of slopes for each lift, of which the shortest is taken.
  const lifts = new Set([0, ...hints.numbers, ...hints.numbers.map((value) => -value)]);
  for (const lift of lifts) {
    const slope = slopeWithin(given, wanted, lift, hints, rounding);
    if (slope !== undefined) yield [slope, lift];
  }
  // `(x - start) * slope`: the start is where the result is 0, or a number that the words name.
  const starts = new Set([...hints.numbers, ...given.filter((_, at) => wanted[at] === 0)]);
  for (const start of starts) {
    const moved = given.map((x) => x - start);
    const slope = slopeWithin(moved, wanted, 0, hints, rounding);
    if (slope !== undefined && start !== 0) yield [slope, -slope * start];
  }
}

/** The slope with the shortest description for which `slope * x + lift` rounds to every wanted value. */
function slopeWithin(
  given: readonly number[],
  wanted: readonly number[],
  lift: number,
  hints: Hints,
  { name, per }: Rounding,
): number | undefined {
  const below = name === "round" ? 0.5 / per : name === "ceil" ? 1 / per : 0;
  const above = name === "round" ? 0.5 / per : name === "floor" ? 1 / per : 0;
  let [least, most] = [-Infinity, Infinity];
  for (const [at, x] of given.entries()) {
    if (x === 0) continue;
    const y = (wanted[at] as number) - lift;
    const [from, to] = [(y - below) / x, (y + above) / x];
    least = Math.max(least, Math.min(from, to));
    most = Math.min(most, Math.max(from, to));
  }
  if (!(least <= most) || most - least === Infinity) return undefined;
  const within = (value: number): boolean => value >= least - SLACK && value <= most + SLACK;
  const named = hints.rates.find(within);
  if (named !== undefined) return named;
  for (const by of DENOMINATORS) {
    const above = Math.ceil(least * by - SLACK);
    if (above !== 0 && Math.abs(above) <= 20 && within(above / by)) return above / by;
  }
  for (const unit of [100, 50, 10, 5, 1, 0.5, 0.1, 0.05, 0.01, 0.005, 0.001, 1e-4, 1e-5]) {
    const value = Math.ceil(least / unit - SLACK) * unit;
    if (value !== 0 && within(value)) return short(value);
  }
  return undefined;
}

/** `x * slope + lift`, in the form with the shorter constants. */
function lineOf(
  { expression: x }: Feature,
  slope: number,
  lift: number,
  hints: Hints,
): Pick<Fit, "expression" | "cost"> {
  const start = slope === 0 ? 0 : short(-lift / slope);
  const times = timesOf(x, slope, hints);
  if (lift === 0) return times;
  const moved = timesOf(plus(x, -start), slope, hints);
  const [late, early] = [constantCost(short(lift), hints), constantCost(start, hints)];
  return early < late
    ? { expression: moved.expression, cost: moved.cost + early }
    : { expression: plus(times.expression, short(lift)), cost: times.cost + late };
}

function plus(x: Expression, by: number): Expression {
  return by < 0 ? applied("-", x, literal(-by)) : applied("+", x, literal(by));
}

function timesOf(x: Expression, slope: number, hints: Hints): Pick<Fit, "expression" | "cost"> {
  if (slope === 1) return { expression: x, cost: 0 };
  const inverse = short(1 / slope);
  if (hints.names(inverse) || (Number.isInteger(inverse) && !Number.isInteger(slope))) {
    return { expression: applied("/", x, literal(inverse)), cost: constantCost(inverse, hints) };
  }
  if (isRate(slope, hints)) return { expression: applied("*", x, literal(slope)), cost: 0.5 };
  const cost = constantCost(slope, hints);
  for (const by of DENOMINATORS) {
    const above = short(slope * by);
    if (by === 1 || !Number.isInteger(above)) continue;
    const fraction = constantCost(above, hints) + constantCost(by, hints);
    if (fraction >= cost) continue;
    return {
      expression: applied("/", applied("*", x, literal(above)), literal(by)),
      cost: fraction,
    };
  }
  return { expression: applied("*", x, literal(slope)), cost };
}

function isRate(slope: number, { rates }: Hints): boolean {
  return rates.includes(short(slope));
}
