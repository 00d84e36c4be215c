/**
 * Single steps from an entry to a goal: the rest of a sum or of a text, the line through the
 * contexts, a limit, a remainder, two entries that are alike just where the goal is true.
 */
import type { Bank, Entry, Meter } from "./bank.ts";
import { compose, constant, type Expression } from "./expression.ts";
import type { Goal } from "./goal.ts";
import { applied, costOfNumber, partNamed } from "./parts.ts";
import { equalValues, fingerprint, type Type, type Value, type Vector } from "./values.ts";

/** What texts are commonly joined by. */
export const SEPARATORS = ["", " ", ", ", ",", "-", ".", "_", "\n", "/", ":", ";"];
const NUMBERS_FIXED = ["sorted", "unique number[]", "reversed number[]"];
const TEXTS_FIXED = ["sorted texts", "unique string[]", "reversed string[]"];

export interface StepsOptions {
  readonly bank: () => Bank;
  readonly meter: Meter;
  /** Looks for a text from now on; `wrap` makes the goal out of it. */
  readonly follow: (goal: Goal, target: Vector, wrap: (inner: Expression) => Expression) => void;
}

/** @returns Tries every step from an entry to each of the goals; what leads there is accepted. */
export function createSteps({ bank, meter, follow }: StepsOptions) {
  const byTruth = new Map<string, readonly Entry[]>();
  const numbers = new Map<Goal, number>();
  const numberOf = (goal: Goal): number => {
    const number = numbers.get(goal) ?? numbers.size;
    numbers.set(goal, number);
    return number;
  };

  const lookUp = (goal: Goal, type: Type, vector: Vector, wrap: (e: Expression) => Expression) => {
    meter.work += vector.length;
    const found = bank().find(type, fingerprint(vector));
    if (found !== undefined) goal.accept(wrap(found.expression), 0);
  };

  function restOfNumber(goal: Goal, { expression, values }: Entry): void {
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
    // A remainder by a constant: one that divides all differences.
    let gap = 0;
    for (let k = 0; k < wanted.length; k++) {
      gap = divisorOf(gap, Math.abs((given[k] as number) - (wanted[k] as number)));
      if (gap === 1 || gap !== Math.trunc(gap)) return;
    }
    const most = Math.max(...wanted);
    if (gap > most && most > 1) {
      const modulus = constant(gap, "number", 2);
      oneStep(goal, "%", [x, modulus], [given, wanted.map(() => gap)]);
    }
  }

  /** `x * p / q + b`, or `(x + b) * p / q`: the line through two contexts, if all lie on it. */
  function onLine(goal: Goal, x: Expression, given: readonly number[]): void {
    const wanted = goal.target as readonly number[];
    const [x0 = 0] = given;
    const [g0 = 0] = wanted;
    const other = given.findIndex((value) => value !== x0);
    if (other === -1) return;
    const slope = ((wanted[other] as number) - g0) / ((given[other] as number) - x0);
    const lift = g0 - slope * x0;
    if (slope === 0 || !Number.isFinite(slope)) return;
    const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));
    if (!wanted.every((g, k) => near(slope * (given[k] as number) + lift, g))) return;
    let below = 1;
    while (below <= 20 && !near(slope * below, Math.round(slope * below))) below++;
    if (below > 20) return;
    const number = (value: number) => constant(value, "number", costOfNumber(value));
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

  function oneStep(
    goal: Goal,
    name: string,
    args: readonly Expression[],
    vectors: readonly Vector[],
  ): void {
    const part = partNamed(name);
    for (let k = 0; k < goal.target.length; k++) {
      const values = vectors.map((vector) => vector[k]);
      if (values.includes(undefined)) return;
      if (!equalValues(part.apply(...(values as Value[])), goal.target[k])) return;
    }
    goal.accept(applied(name, ...args), 0);
  }

  function restOfText(goal: Goal, entry: Entry): void {
    const { expression: x, values } = entry;
    const wanted = goal.target as readonly string[];
    const given = values as readonly (string | undefined)[];
    if (given.every((each) => each === "")) return;
    if (goal.depth === 0 && entry.level <= 5) partOfText(goal, entry);
    if (wanted.every((text, k) => given[k] !== undefined && text.startsWith(given[k]))) {
      const rest = wanted.map((text, k) => text.slice((given[k] as string).length));
      lookUp(goal, "string", rest, (y) => applied("+text", x, y));
      if (goal.depth < 2) follow(goal, rest, (y) => applied("+text", x, y));
    } else if (wanted.every((text, k) => given[k] !== undefined && text.endsWith(given[k]))) {
      const rest = wanted.map((text, k) =>
        text.slice(0, text.length - (given[k] as string).length),
      );
      lookUp(goal, "string", rest, (y) => applied("+text", y, x));
    }
  }

  /** The same text before or after it, on at least two contexts: a term for a choice. */
  function partOfText(goal: Goal, { expression: x, values }: Entry): void {
    if (x.args.length === 0 && x.form.variable === undefined) return;
    const befores = new Map<string, number>();
    const afters = new Map<string, number>();
    for (const [k, wanted] of (goal.target as readonly string[]).entries()) {
      const given = values[k] as string | undefined;
      if (given === undefined || given === "" || given === wanted) continue;
      const rest = wanted.length - given.length;
      if (wanted.startsWith(given)) count(afters, wanted.slice(given.length));
      else if (wanted.endsWith(given)) count(befores, wanted.slice(0, rest));
    }
    for (const [counts, isAfter] of [
      [afters, true],
      [befores, false],
    ] as const) {
      for (const [text, times] of counts) {
        if (times < 2) continue;
        const fixed = constant(text, "string", 2);
        bank().add(
          isAfter ? applied("+text", x, fixed) : applied("+text", fixed, x),
          values.map((v) => (v === undefined ? v : isAfter ? `${v}${text}` : `${text}${v}`)),
        );
      }
    }
  }

  /** Two entries that are the same just where the goal is true, or just where it is false. */
  function equals(goal: Goal, entry: Entry): void {
    const { expression: x, values } = entry;
    if (x.type === "boolean" || values.includes(undefined)) return;
    for (const wanted of [true, false]) {
      const there = values.filter((_, k) => goal.target[k] === wanted);
      if (there.length < 3) continue;
      meter.work += values.length;
      const name = `${numberOf(goal)} ${x.type} ${wanted} ${fingerprint(there)}`;
      const alike = byTruth.get(name) ?? [];
      for (const other of alike) {
        if (values.some((v, k) => goal.target[k] !== wanted && equalValues(v, other.values[k])))
          continue;
        const same =
          x.type === "string" ? "===text" : x.type === "number" ? "===" : `same ${x.type}`;
        const test = applied(same, other.expression, x);
        goal.accept(wanted ? test : applied("not", test), x.type === "number" ? 3 : 0);
      }
      if (alike.length < 12 && byTruth.size < 60_000) byTruth.set(name, [...alike, entry]);
    }
  }

  /** Whether it is a fixed point of what would order, reverse or thin it. */
  function fixedPoint(goal: Goal, { expression: x, values }: Entry, names: readonly string[]) {
    for (const name of names) {
      const part = partNamed(name);
      let [yes, no] = [true, true];
      for (let k = 0; k < values.length && (yes || no); k++) {
        const value = values[k];
        if (value === undefined) return;
        const stays = equalValues(part.apply(value), value);
        if (stays === goal.target[k]) no = false;
        else yes = false;
      }
      if (!yes && !no) continue;
      const same = x.type === "string" ? "===text" : `same ${x.type}`;
      const test = compose(partNamed(same), [x, applied(name, x)], "boolean");
      goal.accept(yes ? test : applied("not", test), 0);
    }
  }

  function joined(goal: Goal, { expression: x, values }: Entry): void {
    for (const by of SEPARATORS) {
      const given = values as readonly (readonly string[] | undefined)[];
      if (!goal.target.every((wanted, k) => given[k]?.join(by) === wanted)) continue;
      goal.accept(applied("join", x, constant(by, "string", 1)), 0);
    }
  }

  function limit(goal: Goal, { expression, values }: Entry): void {
    const given = values as readonly (number | undefined)[];
    let [least, most] = [Infinity, -Infinity];
    let [leastNo, mostNo] = [Infinity, -Infinity];
    for (let k = 0; k < given.length; k++) {
      const value = given[k];
      if (value === undefined) return;
      if (goal.target[k]) [least, most] = [Math.min(least, value), Math.max(most, value)];
      else [leastNo, mostNo] = [Math.min(leastNo, value), Math.max(mostNo, value)];
    }
    const limitOf = (value: number) => constant(value, "number", costOfNumber(value));
    if (least === most && !given.some((value, k) => value === least && !goal.target[k])) {
      goal.accept(applied("===", expression, limitOf(least)), 0);
    } else if (leastNo === mostNo && !given.some((v, k) => v === leastNo && goal.target[k])) {
      goal.accept(applied("not", applied("===", expression, limitOf(leastNo))), 0);
    } else if (least > mostNo) {
      goal.accept(applied("<", limitOf(mostNo), expression), 1);
      goal.accept(applied("<=", limitOf(least), expression), 1);
    } else if (most < leastNo) {
      goal.accept(applied("<", expression, limitOf(leastNo)), 1);
      goal.accept(applied("<=", expression, limitOf(most)), 1);
    }
  }

  return function steps(entry: Entry, wanted: readonly Goal[]): void {
    const { type } = entry.expression;
    for (const goal of wanted) {
      if (goal.type === type) {
        if (type === "number") restOfNumber(goal, entry);
        else if (type === "string") restOfText(goal, entry);
        else if (type === "number[]") oneStep(goal, "sorted", [entry.expression], [entry.values]);
        else if (type === "string[]")
          oneStep(goal, "sorted texts", [entry.expression], [entry.values]);
      } else if (goal.type === "boolean") {
        equals(goal, entry);
        if (type === "number") limit(goal, entry);
        else if (type === "string") fixedPoint(goal, entry, ["reversed", "lower", "upper"]);
        else if (type === "number[]") fixedPoint(goal, entry, NUMBERS_FIXED);
        else if (type === "string[]") fixedPoint(goal, entry, TEXTS_FIXED);
      } else if (goal.type === "string" && type === "string[]") joined(goal, entry);
    }
  };
}

function count(counts: Map<string, number>, text: string): void {
  counts.set(text, (counts.get(text) ?? 0) + 1);
}

function divisorOf(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 1e-9) [x, y] = [y, x % y];
  return x;
}
