/**
 * Single steps from an entry to a goal: the rest of a sum or of a text, a line through the contexts, a
 * threshold, a remainder, two entries that are equal exactly where the goal is true.
 */
import type { Bank, Entry, Meter } from "./bank.ts";
import { compose, constant, type Expression } from "./expression.ts";
import type { Goal } from "./goal.ts";
import { applied, componentNamed, costOfNumber } from "./parts.ts";
import { lookUpIn, oneStep } from "./step.ts";
import { createNumberSteps } from "./steps-numbers.ts";
import { equalValues, fingerprint, type Type, type Vector } from "./values.ts";

/** Common separators of joined texts. */
export const SEPARATORS = ["", " ", ", ", ",", "-", ".", "_", "\n", "/", ":", ";"];
const NUMBERS_FIXED = ["sorted", "unique number[]", "reversed number[]"];
const TEXTS_FIXED = ["sorted texts", "unique string[]", "reversed string[]"];

const COMPARED: ReadonlySet<Type> = new Set(["number", "string", "number[]", "string[]"]);

export interface StepsOptions {
  readonly bank: () => Bank;
  readonly meter: Meter;
  /** Adds a goal for a text from which `wrap` makes the goal. */
  readonly addSubgoal: (
    goal: Goal,
    target: Vector,
    wrap: (inner: Expression) => Expression,
  ) => void;
}

/** @returns A function that tries every step from an entry to each of the goals. */
export function createSteps({ bank, meter, addSubgoal }: StepsOptions) {
  const byTruth = new Map<string, readonly Entry[]>();
  const numbers = new Map<Goal, number>();
  const numberOf = (goal: Goal): number => {
    const number = numbers.get(goal) ?? numbers.size;
    numbers.set(goal, number);
    return number;
  };

  const lookUp = lookUpIn(bank, meter);
  const restOfNumber = createNumberSteps({ meter, lookUp });

  function restOfText(goal: Goal, entry: Entry): void {
    const { expression: x, values } = entry;
    const wanted = goal.target as readonly string[];
    const given = values as readonly (string | undefined)[];
    if (given.every((each) => each === "")) return;
    if (goal.depth === 0 && entry.level <= 5) partOfText(goal, entry);
    if (wanted.every((text, k) => given[k] !== undefined && text.startsWith(given[k]))) {
      const rest = wanted.map((text, k) => text.slice((given[k] as string).length));
      lookUp(goal, "string", rest, (y) => applied("+text", x, y));
      if (goal.depth < 2) addSubgoal(goal, rest, (y) => applied("+text", x, y));
    } else if (wanted.every((text, k) => given[k] !== undefined && text.endsWith(given[k]))) {
      const rest = wanted.map((text, k) =>
        text.slice(0, text.length - (given[k] as string).length),
      );
      lookUp(goal, "string", rest, (y) => applied("+text", y, x));
    }
  }

  /** If every target list begins or ends with this list: looks up the rest. */
  function restOfList(goal: Goal, { expression: x, values }: Entry): void {
    const wanted = goal.target as readonly (readonly number[])[];
    const given = values as readonly (readonly number[] | undefined)[];
    if (given.every((list) => list === undefined || list.length === 0)) return;
    meter.work += given.length;
    for (const atEnd of [false, true]) {
      const rest: (readonly number[])[] = [];
      for (const [k, whole] of wanted.entries()) {
        const part = given[k];
        const left = whole.length - (part?.length ?? Infinity);
        const start = atEnd ? left : 0;
        if (!(left >= 0) || !part?.every((each, at) => equalValues(each, whole[start + at]))) break;
        rest.push(atEnd ? whole.slice(0, left) : whole.slice(part.length));
      }
      if (rest.length < wanted.length) continue;
      lookUp(goal, x.type, rest, (y) =>
        atEnd ? applied(`concat ${x.type}`, y, x) : applied(`concat ${x.type}`, x, y),
      );
    }
  }

  /** The same text before or after it in at least two contexts: a term for a decision list. */
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

  /** Two entries that are equal exactly where the goal is true, or exactly where it is false. */
  function equals(goal: Goal, entry: Entry): void {
    const { expression: x, values } = entry;
    if (!COMPARED.has(x.type) || values.includes(undefined)) return;
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

  /** Whether the value does not change when it is sorted, reversed or made unique. */
  function fixedPoint(goal: Goal, { expression: x, values }: Entry, names: readonly string[]) {
    for (const name of names) {
      const part = componentNamed(name);
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
      const test = compose(componentNamed(same), [x, applied(name, x)], "boolean");
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

  function threshold(goal: Goal, { expression, values }: Entry): void {
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
        else if (type.endsWith("[]")) {
          restOfList(goal, entry);
          if (type === "number[]") oneStep(goal, "sorted", [entry.expression], [entry.values]);
          if (type === "string[]")
            oneStep(goal, "sorted texts", [entry.expression], [entry.values]);
        }
      } else if (goal.type === "boolean") {
        equals(goal, entry);
        if (type === "number") threshold(goal, entry);
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
