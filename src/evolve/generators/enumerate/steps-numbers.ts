/**
 * Single steps from a number to a goal of numbers: the rest of a sum or a product, a line through the
 * contexts, a plane over two numbers, and the constants of remainders and quotients.
 */
import type { Entry, Meter } from "./bank.ts";
import { type Component, constant, type Expression } from "./expression.ts";
import type { Goal } from "./goal.ts";
import { applied, costOfNumber } from "./parts.ts";
import { type LookUp, oneStep } from "./step.ts";
import type { Vector } from "./values.ts";

/** Maximum number of entries that are paired with each other, and their maximum cost. */
const MAX_PAIRED = 150;
const MAX_PAIRED_COST = 4;

/** Components whose result is on a plane over their arguments, or for which such a plane is simpler. */
const IN_PLANES: ReadonlySet<string> = new Set(["+", "-", "*", "/", "neg", "percent", "%", "mod"]);

const number = (value: number): Expression => constant(value, "number", costOfNumber(value));
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));

export interface NumberStepsOptions {
  readonly meter: Meter;
  readonly lookUp: LookUp;
}

export function createNumberSteps({ meter, lookUp }: NumberStepsOptions) {
  const paired = new Set<Entry>();

  function restOfNumber(goal: Goal, entry: Entry): void {
    const { expression, values } = entry;
    const wanted = goal.target as readonly number[];
    const given = values as readonly (number | undefined)[];
    if (given.includes(undefined)) return;
    const each = (of: (g: number, x: number) => number): Vector =>
      wanted.map((g, k) => of(g, given[k] as number) + 0);
    const x = expression;
    if (wanted.length > 3) onLine(goal, x, given as readonly number[]);
    lookUp(
      goal,
      "number",
      each((g, v) => g - v),
      (y) => applied("+", x, y),
    );
    lookUp(
      goal,
      "number",
      each((g, v) => v - g),
      (y) => applied("-", x, y),
    );
    const quotient = each((g, v) => (v === 0 ? Number.NaN : g / v));
    if (quotient.every((q, k) => (q as number) * (given[k] as number) === wanted[k])) {
      lookUp(goal, "number", quotient, (y) => applied("*", x, y));
    }
    const divisor = each((g, v) => (g === 0 ? Number.NaN : v / g));
    if (divisor.every((q, k) => (given[k] as number) / (q as number) === wanted[k])) {
      lookUp(goal, "number", divisor, (y) => applied("/", x, y));
    }
    for (const name of ["floor", "round", "ceil", "abs", "sqrt"]) oneStep(goal, name, [x], [given]);
    // The other leg of a right triangle, rounded because its last digits are not exact.
    const leg = each((g, v) => Math.round(Math.sqrt(g * g - v * v) * 1e9) / 1e9);
    if (!leg.some(Number.isNaN)) lookUp(goal, "number", leg, (y) => applied("hypot", x, y));
    constantQuotient(goal, x, given as readonly number[]);
    constantRemainder(goal, x, given as readonly number[]);
    if (wanted.length > 4 && expression.cost <= MAX_PAIRED_COST) onPlanes(goal, entry);
  }

  /** `x * p / q + b`, or `(x + b) * p / q`: the line through two contexts, if all are on it. */
  function onLine(goal: Goal, x: Expression, given: readonly number[]): void {
    const wanted = goal.target as readonly number[];
    const [x0 = 0] = given;
    const [g0 = 0] = wanted;
    const other = given.findIndex((value) => value !== x0);
    if (other === -1) return;
    const slope = ((wanted[other] as number) - g0) / ((given[other] as number) - x0);
    const lift = g0 - slope * x0;
    if (slope === 0 || !Number.isFinite(slope)) return;
    if (!wanted.every((g, k) => near(slope * (given[k] as number) + lift, g))) return;
    let below = 1;
    while (below <= 20 && !near(slope * below, Math.round(slope * below))) below++;
    if (below > 20) return;
    const times = (of: Expression) => {
      const above = Math.round(slope * below);
      const upper = above === 1 ? of : applied("*", of, number(above));
      return below === 1 ? upper : applied("/", upper, number(below));
    };
    const plus = (of: Expression, by: number) => {
      const added = near(by, Math.round(by)) ? Math.round(by) : by;
      if (added === 0) return of;
      return added < 0 ? applied("-", of, number(-added)) : applied("+", of, number(added));
    };
    goal.accept(plus(times(x), lift), 1);
    if (lift !== 0) goal.accept(times(plus(x, lift / slope)), 1);
  }

  /** Planes over this number and each earlier one. */
  function onPlanes(goal: Goal, entry: Entry): void {
    const { name = "" } = entry.expression.form as Partial<Component>;
    const isConstant = entry.values.every((value) => value === entry.values[0]);
    if (
      isConstant ||
      IN_PLANES.has(name) ||
      (entry.expression.cost > 2 && paired.size >= MAX_PAIRED)
    )
      return;
    for (const other of paired) {
      meter.work += 8;
      if (other !== entry) onPlane(goal, other, entry);
    }
    paired.add(entry);
  }

  return restOfNumber;
}

/** `a * x + b * y + c`, with coefficients of at most three decimals. */
function onPlane(goal: Goal, first: Entry, second: Entry): void {
  const g = goal.target as readonly number[];
  const x = first.values as readonly number[];
  const y = second.values as readonly number[];
  const from = (v: readonly number[], k: number): number => (v[k] as number) - (v[0] as number);
  const i = x.findIndex((_, k) => from(x, k) !== 0);
  const determinant = (j: number): number => from(x, i) * from(y, j) - from(x, j) * from(y, i);
  const j = x.findIndex((_, k) => determinant(k) !== 0);
  if (i === -1 || j === -1) return;
  const exact = (value: number): number => Math.round(value * 1_000) / 1_000;
  const a = exact((from(g, i) * from(y, j) - from(g, j) * from(y, i)) / determinant(j));
  const b = exact((from(x, i) * from(g, j) - from(x, j) * from(g, i)) / determinant(j));
  const c = exact((g[0] as number) - a * (x[0] as number) - b * (y[0] as number));
  if (a === 0 || b === 0) return;
  for (let k = 0; k < g.length; k++) {
    if (!near(a * (x[k] as number) + b * (y[k] as number) + c, g[k] as number)) return;
  }
  const times = (by: number, of: Expression): Expression =>
    Math.abs(by) === 1 ? of : applied("*", of, number(Math.abs(by)));
  let sum: Expression | undefined = c === 0 ? undefined : number(c);
  const terms = [
    [a, first.expression],
    [b, second.expression],
  ] as const;
  for (const [by, of] of [...terms].sort(([one], [two]) => two - one)) {
    const term = times(by, of);
    if (sum === undefined) sum = by < 0 ? applied("neg", term) : term;
    else sum = applied(by < 0 ? "-" : "+", sum, term);
  }
  if (sum !== undefined) goal.accept(sum, 1);
}

/** A division by a constant, rounded in some way; the constant is as round as possible. */
function constantQuotient(goal: Goal, x: Expression, given: readonly number[]): void {
  const wanted = goal.target as readonly number[];
  if (!wanted.every(Number.isInteger)) return;
  for (const [name, below, above] of [
    ["floor", 0, 1],
    ["round", -0.5, 0.5],
    ["ceil", -1, 0],
  ] as const) {
    let [low, high] = [1, Infinity];
    for (let k = 0; k < wanted.length && low <= high; k++) {
      const [value, g] = [given[k] as number, wanted[k] as number];
      if (value < 0) return;
      // From g + below <= value / q <= g + above; `oneStep` checks the edges.
      if (g + above > 0) low = Math.max(low, value / (g + above));
      else if (value > 0) return;
      if (g + below > 0) high = Math.min(high, value / (g + below));
    }
    if (low > high || high === Infinity || high <= 1) continue;
    const by = roundestWithin(low, high);
    if (by === undefined || by === 1) continue;
    const divided = given.map((value) => value / by);
    oneStep(goal, name, [applied("/", x, number(by))], [divided]);
  }
}

/** A remainder by a constant that divides all differences. */
function constantRemainder(goal: Goal, x: Expression, given: readonly number[]): void {
  const wanted = goal.target as readonly number[];
  let gap = 0;
  for (let k = 0; k < wanted.length; k++) {
    gap = divisorOf(gap, Math.abs((given[k] as number) - (wanted[k] as number)));
    if (gap === 1 || gap !== Math.trunc(gap)) return;
  }
  const most = Math.max(...wanted);
  if (gap <= most || most <= 1) return;
  const modulus = constant(gap, "number", 2);
  const by = wanted.map(() => gap);
  const name = given.some((value) => value < 0) ? "mod" : "%";
  oneStep(goal, name, [x, modulus], [given, by]);
}

/** The roundest integer within the range. */
function roundestWithin(low: number, high: number): number | undefined {
  for (const unit of [10_000, 3_600, 1_000, 100, 60, 50, 10, 5, 1]) {
    const value = Math.ceil(low / unit) * unit;
    if (value <= high) return value;
  }
  return undefined;
}

function divisorOf(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 1e-9) [x, y] = [y, x % y];
  return x;
}
