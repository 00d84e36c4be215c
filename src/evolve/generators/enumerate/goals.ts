/**
 * Goals of a bank, and the subgoals that they addSubgoal from.
 *
 * A goal is a vector of expected values. An entry with these values satisfies it, or an entry from which
 * a single step leads to it: the rest of a sum or of a text, a threshold, a sort. A subgoal (the parts
 * of a joined text, the text between a common prefix and suffix) leads back to its goal.
 */
import type { Bank, Entry, Meter } from "./bank.ts";
import { ISO_DATE } from "./components-dates.ts";
import { constant, type Expression } from "./expression.ts";
import type { Goal } from "./goal.ts";
import { applied } from "./parts.ts";
import { partGoals, splitGoal } from "./split-goal.ts";
import { createSteps, SEPARATORS } from "./steps.ts";
import { fingerprint, TYPES, type Type, type Vector } from "./values.ts";

const MAX_DEPTH = 3;
const MAX_GOALS = 400;
/** Goals per type for which single steps are tried from every entry. */
const MAX_ACTIVE = 8;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

export interface Goals {
  add(goal: Goal): void;
  check(entry: Entry): void;
  readonly all: readonly Goal[];
}

/**
 * @param bank Lazy, because the bank and its goals refer to each other.
 * @param onGoal Called for each goal and subgoal.
 */
export function createGoals(bank: () => Bank, meter: Meter, onGoal: (goal: Goal) => void): Goals {
  const goals: Goal[] = [];
  const byKey = new Map<number, Goal[]>();
  const active: Goal[] = [];

  const add = (goal: Goal): void => {
    if (goals.length >= MAX_GOALS) return;
    const key = fingerprint(goal.target);
    const same = byKey.get(key) ?? [];
    if (same.length > 2) return;
    byKey.set(key, [...same, goal]);
    goals.push(goal);
    if (active.filter(({ type }) => type === goal.type).length < MAX_ACTIVE) active.push(goal);
    onGoal(goal);
    const entry = bank().find(goal.type, key);
    if (entry !== undefined) goal.accept(entry.expression, 0);
    else if (goal.depth < MAX_DEPTH) deduce(goal);
    if (goal.depth >= MAX_DEPTH) return;
    for (const type of TYPES) for (const each of bank().all(type)) steps(each, [goal]);
  };

  const addSubgoal = (
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
    const split = splitGoal(goal);
    if (split !== undefined) for (const part of partGoals(goal, split)) add(part);
    if (goal.type !== "string") return;
    const texts = goal.target as readonly string[];
    const text = (value: string) => constant(value, "string", value.length > 1 ? 2 : 1);
    const start = commonStart(texts);
    const end = commonStart(texts.map(reverse)).length;
    if (start !== "" && texts.some((each) => each !== start)) {
      const rest = texts.map((each) => each.slice(start.length));
      addSubgoal(goal, "string", rest, (inner) => applied("+text", text(start), inner));
    }
    if (end > 0 && texts.some((each) => each.length > end)) {
      const tail = (texts[0] as string).slice(-end);
      const rest = texts.map((each) => each.slice(0, -end));
      addSubgoal(goal, "string", rest, (inner) => applied("+text", inner, text(tail)));
    }
    for (const by of SEPARATORS) {
      if (by !== "" && !texts.some((each) => each.includes(by))) continue;
      if (by === "" && texts.every((each) => each.length <= 1)) continue;
      const parts = texts.map((each) =>
        each === "" ? [] : by === "" ? [...each] : each.split(by),
      );
      addSubgoal(goal, "string[]", parts, (inner) => applied("join", inner, text(by)));
    }
    if (texts.every((each) => each !== "" && String(Number(each)) === each)) {
      addSubgoal(goal, "number", texts.map(Number), (inner) => applied("String", inner));
    }
    const padded = paddedTo(texts);
    if (padded !== undefined) {
      const wrap = [constant(padded, "number", 1), text("0")] as const;
      addSubgoal(goal, "number", texts.map(Number), (inner) =>
        applied("padStart", applied("String", inner), ...wrap),
      );
    }
    if (texts.every((each) => ISO_DATE.test(each) && !Number.isNaN(Date.parse(each)))) {
      addSubgoal(goal, "number", texts.map(Date.parse), (inner) => applied("date text", inner));
    }
    if (texts.every((each) => each.length === 1)) {
      const codes = texts.map((each) => each.charCodeAt(0));
      addSubgoal(goal, "number", codes, (inner) => applied("fromCode", inner));
      const places = texts.map((each) => ALPHABET.indexOf(each));
      if (!places.includes(-1)) {
        addSubgoal(goal, "number", places, (inner) =>
          applied("charAt", constant(ALPHABET, "string", 1), inner),
        );
      }
    }
  }

  const steps = createSteps({
    bank,
    meter,
    // At the maximum depth: the rest of a text is not split again, else the search would not end.
    addSubgoal: (goal, target, wrap) => addSubgoal(goal, "string", target, wrap, MAX_DEPTH),
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

/** The width of texts that are all digits, some with leading zeros. */
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
