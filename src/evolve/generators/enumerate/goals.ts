/**
 * Goals of a bank: what is looked for, and what it follows from.
 *
 * A goal is a vector of wanted values. It is met by an entry that behaves so, or by one from which
 * a single step leads there: the rest of a sum or of a text, a limit, a sort. Goals that follow
 * (the parts of a joined text, what stands between a common beginning and end) lead back to it.
 */
import type { Bank, Entry, Meter } from "./bank.ts";
import { ISO_DATE } from "./components-dates.ts";
import { constant, type Expression } from "./expression.ts";
import type { Goal } from "./goal.ts";
import { applied } from "./parts.ts";
import { createSteps, SEPARATORS } from "./steps.ts";
import { collect, together } from "./together.ts";
import { fingerprint, TYPES, type Type, type Vector } from "./values.ts";

const DEEPEST = 3;
const MOST_GOALS = 400;
/** Goals of one type for which single steps are tried on every entry. */
const MOST_ACTIVE = 8;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

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
  const byKey = new Map<number, Goal[]>();
  const active: Goal[] = [];

  const add = (goal: Goal): void => {
    if (goals.length >= MOST_GOALS) return;
    const key = fingerprint(goal.target);
    const same = byKey.get(key) ?? [];
    if (same.length > 2) return;
    byKey.set(key, [...same, goal]);
    goals.push(goal);
    if (active.filter(({ type }) => type === goal.type).length < MOST_ACTIVE) active.push(goal);
    onGoal(goal);
    const met = bank().find(goal.type, key);
    if (met !== undefined) goal.accept(met.expression, 0);
    else if (goal.depth < DEEPEST) deduce(goal);
    if (goal.depth >= DEEPEST) return;
    for (const type of TYPES) for (const entry of bank().all(type)) steps(entry, [goal]);
  };

  const follow = (
    goal: Goal,
    type: Type,
    target: Vector,
    wrap: (inner: Expression) => Expression,
    deeper = 1,
  ): void =>
    add({
      type,
      target,
      depth: goal.depth + deeper,
      accept: (inner, extra) => goal.accept(wrap(inner), extra),
    });

  function deduce(goal: Goal): void {
    const parts = together(goal);
    if (parts !== undefined) for (const part of collect(goal, parts)) add(part);
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
    const padded = paddedTo(texts);
    if (padded !== undefined) {
      const wrap = [constant(padded, "number", 1), text("0")] as const;
      follow(goal, "number", texts.map(Number), (inner) =>
        applied("padStart", applied("String", inner), ...wrap),
      );
    }
    if (texts.every((each) => ISO_DATE.test(each) && !Number.isNaN(Date.parse(each)))) {
      follow(goal, "number", texts.map(Date.parse), (inner) => applied("date text", inner));
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

  const steps = createSteps({
    bank,
    meter,
    // The rest of a text is not taken apart again: there would be no end of it.
    follow: (goal, target, wrap) => follow(goal, "string", target, wrap, DEEPEST),
  });

  return {
    all: goals,
    add,
    check(entry) {
      const { type } = entry.expression;
      for (const goal of byKey.get(entry.key) ?? []) {
        if (goal.type === type) goal.accept(entry.expression, 0);
      }
      steps(entry, active);
    },
  };
}

/** The width of texts that are all digits, some with zeros in front. */
function paddedTo(texts: readonly string[]): number | undefined {
  const width = Math.min(...texts.map(({ length }) => length));
  if (width < 2 || !texts.some((each) => each.startsWith("0"))) return undefined;
  const isPadded = (each: string) =>
    /^\d+$/.test(each) && (each.length === width || !each.startsWith("0"));
  return texts.every(isPadded) ? width : undefined;
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
