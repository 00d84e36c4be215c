/**
 * Goals of a bank: what is looked for, and what it follows from.
 *
 * A goal is a vector of wanted values. It is met by an entry that behaves so, or by one from which
 * a single step leads there: the rest of a sum or of a text, a limit, a sort. Goals that follow
 * (the parts of a joined text, what stands between a common beginning and end) lead back to it.
 */
import type { Bank, Entry, Meter } from "./bank.ts";
import { NUMBERS, TESTS } from "./components.ts";
import { NUMBER_LISTS, TEXT_LISTS } from "./components-lists.ts";
import { TEXTS } from "./components-text.ts";
import { type Component, compose, constant, type Expression } from "./expression.ts";
import { equalValues, fingerprint, type Type, type Value, type Vector } from "./values.ts";

export interface Goal {
  readonly type: Type;
  readonly target: Vector;
  readonly depth: number;
  /** Called with every expression found to give `target`; `extra` is a penalty. */
  accept(expression: Expression, extra: number): void;
}

const PART = new Map<string, Component>(
  [...NUMBERS, ...TESTS, ...TEXTS, ...NUMBER_LISTS, ...TEXT_LISTS].map((each) => [each.name, each]),
);

const DEEPEST = 3;
const MOST_GOALS = 400;
/** Goals for which single steps are tried on every entry. */
const MOST_ACTIVE = 5;
const SEPARATORS = ["", " ", ", ", ",", "-", ".", "_", "\n", "/", ":", ";"];
const NUMBERS_FIXED = ["sorted", "unique number[]", "reversed number[]"];
const TEXTS_FIXED = ["sorted texts", "unique string[]", "reversed string[]"];
const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

export function applied(name: string, ...args: Expression[]): Expression {
  const part = PART.get(name);
  if (part === undefined) throw new RangeError(`no component ${name}`);
  return compose(part, args, part.gives, part.cost);
}

export interface Goals {
  add(goal: Goal): void;
  check(entry: Entry): void;
  readonly all: readonly Goal[];
}

/**
 * @param bank Asked lazily: the goals listen to the bank that they look into.
 * @param onGoal Called for each goal, the given ones and those that follow.
 */
export function createGoals(bank: () => Bank, meter: Meter, onGoal: (goal: Goal) => void): Goals {
  const goals: Goal[] = [];
  const byKey = new Map<string, Goal[]>();
  const active: Record<string, Goal[]> = {};

  const add = (goal: Goal): void => {
    if (goals.length >= MOST_GOALS) return;
    const key = fingerprint(goal.target);
    const name = `${goal.type} ${key}`;
    const same = byKey.get(name);
    if (same !== undefined && same.length > 2) return;
    if (same === undefined) byKey.set(name, [goal]);
    else same.push(goal);
    goals.push(goal);
    const running = active[goal.type] ?? [];
    active[goal.type] = running;
    if (running.length < MOST_ACTIVE) running.push(goal);
    onGoal(goal);
    const met = bank().find(goal.type, key);
    if (met !== undefined) goal.accept(met.expression, 0);
    else if (goal.depth < DEEPEST) deduce(goal);
  };

  const follow = (
    goal: Goal,
    type: Type,
    target: Vector,
    wrap: (inner: Expression) => Expression,
  ): void =>
    add({
      type,
      target,
      depth: goal.depth + 1,
      accept: (inner, extra) => goal.accept(wrap(inner), extra),
    });

  function deduce(goal: Goal): void {
    if (goal.type !== "string") return;
    const texts = goal.target as readonly string[];
    const text = (value: string) => constant(value, "string", value.length > 1 ? 2 : 1);
    const start = commonStart(texts);
    const end = commonStart(texts.map(reverse)).length;
    if (start !== "" && texts.some((each) => each !== start)) {
      const rest = texts.map((each) => each.slice(start.length));
      follow(goal, "string", rest, (inner) => applied("+text", text(start), inner));
    }
    if (end > 0 && texts.some((each) => each.length > end)) {
      const tail = (texts[0] as string).slice(-end);
      const rest = texts.map((each) => each.slice(0, -end));
      follow(goal, "string", rest, (inner) => applied("+text", inner, text(tail)));
    }
    for (const by of SEPARATORS) {
      if (by !== "" && !texts.some((each) => each.includes(by))) continue;
      if (by === "" && texts.every((each) => each.length <= 1)) continue;
      const parts = texts.map((each) =>
        each === "" ? [] : by === "" ? [...each] : each.split(by),
      );
      follow(goal, "string[]", parts, (inner) => applied("join", inner, text(by)));
    }
    if (texts.every((each) => each !== "" && String(Number(each)) === each)) {
      follow(goal, "number", texts.map(Number), (inner) => applied("String", inner));
    }
    if (texts.every((each) => each.length === 1)) {
      const codes = texts.map((each) => each.charCodeAt(0));
      follow(goal, "number", codes, (inner) => applied("fromCode", inner));
      const places = texts.map((each) => ALPHABET.indexOf(each));
      if (!places.includes(-1)) {
        follow(goal, "number", places, (inner) =>
          applied("charAt", constant(ALPHABET, "string", 1), inner),
        );
      }
    }
  }

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

  function oneStep(
    goal: Goal,
    name: string,
    args: readonly Expression[],
    vectors: readonly Vector[],
  ): void {
    const part = PART.get(name) as Component;
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
      if (goal.depth < 2) follow(goal, "string", rest, (y) => applied("+text", x, y));
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

  /** Whether it is a fixed point of what would order, reverse or thin it. */
  function fixedPoint(goal: Goal, { expression: x, values }: Entry, names: readonly string[]) {
    for (const name of names) {
      const part = PART.get(name) as Component;
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
      const test = compose(PART.get(same) as Component, [x, applied(name, x)], "boolean");
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

  return {
    all: goals,
    add,
    check(entry) {
      const { type } = entry.expression;
      for (const goal of byKey.get(`${type} ${entry.key}`) ?? []) goal.accept(entry.expression, 0);
      for (const goal of active[type] ?? []) {
        if (type === "number") restOfNumber(goal, entry);
        else if (type === "string") restOfText(goal, entry);
        else if (type === "number[]") oneStep(goal, "sorted", [entry.expression], [entry.values]);
        else if (type === "string[]")
          oneStep(goal, "sorted texts", [entry.expression], [entry.values]);
      }
      for (const goal of active.boolean ?? []) {
        if (type === "number") limit(goal, entry);
        else if (type === "string") fixedPoint(goal, entry, ["reversed", "lower", "upper"]);
        else if (type === "number[]") fixedPoint(goal, entry, NUMBERS_FIXED);
        else if (type === "string[]") fixedPoint(goal, entry, TEXTS_FIXED);
      }
      if (type === "string[]") for (const goal of active.string ?? []) joined(goal, entry);
    },
  };
}

/** Small and round numbers are likelier than others. */
export function costOfNumber(value: number): number {
  if (value === 0 || value === 1 || value === 2) return 1;
  if (!Number.isInteger(value)) return 3 + String(value).length;
  return Math.abs(value) <= 10 || value % 10 === 0 ? 2 : 3;
}

function count(counts: Map<string, number>, text: string): void {
  counts.set(text, (counts.get(text) ?? 0) + 1);
}

function commonStart(texts: readonly string[]): string {
  const [one = ""] = texts;
  let length = one.length;
  for (const text of texts) while (!text.startsWith(one.slice(0, length))) length--;
  return one.slice(0, length);
}

function reverse(text: string): string {
  return text.split("").reverse().join("");
}

function divisorOf(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 1e-9) [x, y] = [y, x % y];
  return x;
}
