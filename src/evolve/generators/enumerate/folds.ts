/**
 * Folds with a state, for lists where what came before decides: a balance that is never overdrawn, the
 * longest run, the best difference to the lowest value so far, the digits of a mixed number.
 */
import type { Bank, Entry, Meter } from "./bank.ts";
import { compose, type Form } from "./expression.ts";
import type { Hints } from "./hints.ts";
import type { Value } from "./values.ts";

interface Condition {
  readonly text: string;
  readonly of: (state: number, item: number, before: number) => boolean;
}

interface Update {
  readonly text: string;
  readonly of: (state: number, item: number) => number;
}

interface Fold {
  readonly name: string;
  readonly helper: string;
  readonly cost: number;
  readonly of: (list: readonly number[]) => number;
}

const CONDITIONS: readonly Condition[] = [
  { text: "state + item < 0", of: (state, item) => state + item < 0 },
  { text: "item > 0", of: (_, item) => item > 0 },
  { text: "item < 0", of: (_, item) => item < 0 },
  { text: "item === 0", of: (_, item) => item === 0 },
  { text: "item % 2 === 0", of: (_, item) => item % 2 === 0 },
  { text: "item > state", of: (state, item) => item > state },
];
const UPDATES: readonly Update[] = [
  { text: "state", of: (state) => state },
  { text: "state + item", of: (state, item) => state + item },
  { text: "state - item", of: (state, item) => state - item },
  { text: "state + 1", of: (state) => state + 1 },
  { text: "item", of: (_, item) => item },
  { text: "0", of: () => 0 },
];
/** Between an item and the one before it. */
const NEIGHBOURS: readonly Condition[] = [
  { text: "item > before", of: (_, item, before) => item > before },
  { text: "item >= before", of: (_, item, before) => item >= before },
  { text: "item < before", of: (_, item, before) => item < before },
  { text: "item <= before", of: (_, item, before) => item <= before },
  { text: "item === before", of: (_, item, before) => item === before },
  { text: "item === before + 1", of: (_, item, before) => item === before + 1 },
];
/** Lists that are folded, cheapest first. */
const MAX_LISTS = 8;
const BASES = [2, 10, 60];

/** Adds the results of all folds over the first lists to the bank. */
export function* folds(bank: Bank, hints: Hints, meter: Meter): Generator<undefined> {
  const all = foldsOf(hints);
  const seen = new Set<Entry>();
  while (seen.size < MAX_LISTS) {
    const entry = bank.all("number[]").find((each) => !seen.has(each) && each.level <= 3);
    if (entry === undefined) {
      meter.work += 500;
      yield;
      continue;
    }
    seen.add(entry);
    for (const { name, helper, cost, of } of all) {
      const values = entry.values.map((list) => {
        meter.work += 10;
        const result = list === undefined ? undefined : of(list as readonly number[]);
        return Number.isFinite(result) ? result : undefined;
      });
      const form: Form = {
        print: (list) => `${name}(${list})`,
        apply: (list?: Value) => of(list as readonly number[]),
        helper: `function ${name}(list) { ${helper} }`,
      };
      bank.add(compose(form, [entry.expression], "number", cost), values);
      if (meter.work >= meter.pause) yield;
    }
  }
}

function foldsOf(hints: Hints): readonly Fold[] {
  const found: Fold[] = [];
  const bases = [...new Set([...BASES, ...hints.numbers.filter((value) => value > 1)])];
  for (const base of bases) {
    found.push({
      name: `inBase${String(base).replace(/\W/g, "_")}`,
      helper: `return list.reduce((state, item) => state * ${base} + item, 0);`,
      cost: 2,
      of: (list) => list.reduce((state, item) => state * base + item, 0),
    });
  }
  for (const [c, condition] of CONDITIONS.entries()) {
    for (const [y, yes] of UPDATES.entries()) {
      for (const [n, no] of UPDATES.entries()) {
        if (y === n) continue;
        found.push({
          name: `fold${c}x${y}x${n}`,
          helper: `return list.reduce((state, item) => (${condition.text} ? ${yes.text} : ${no.text}), 0);`,
          cost: 4,
          of: (list) =>
            list.reduce(
              (state, item) => (condition.of(state, item, 0) ? yes : no).of(state, item),
              0,
            ),
        });
      }
    }
  }
  for (const [c, condition] of NEIGHBOURS.entries()) {
    found.push(
      {
        name: `longestRun${c}`,
        helper: `let [run, most] = [0, 0]; list.forEach((item, at) => { const before = list[at - 1]; run = at > 0 && ${condition.text} ? run + 1 : 1; most = Math.max(most, run); }); return most;`,
        cost: 3,
        of(list) {
          let [run, most] = [0, 0];
          for (const [at, item] of list.entries()) {
            run = at > 0 && condition.of(0, item, list[at - 1] as number) ? run + 1 : 1;
            most = Math.max(most, run);
          }
          return most;
        },
      },
      {
        name: `countPairs${c}`,
        helper: `return list.filter((item, at) => { const before = list[at - 1]; return at > 0 && ${condition.text}; }).length;`,
        cost: 3,
        of: (list) =>
          list.filter((item, at) => at > 0 && condition.of(0, item, list[at - 1] as number)).length,
      },
    );
  }
  for (const [c, condition] of CONDITIONS.entries()) {
    if (condition.text.includes("state")) continue;
    found.push({
      name: `longestStretch${c}`,
      helper: `let [run, most] = [0, 0]; for (const item of list) { run = ${condition.text} ? run + 1 : 0; most = Math.max(most, run); } return most;`,
      cost: 3,
      of(list) {
        let [run, most] = [0, 0];
        for (const item of list) {
          run = condition.of(0, item, 0) ? run + 1 : 0;
          most = Math.max(most, run);
        }
        return most;
      },
    });
  }
  return [...found, ...EXTREMES];
}

const EXTREMES: readonly Fold[] = [
  {
    name: "largestRise",
    helper:
      "let [low, most] = [Infinity, 0]; for (const item of list) { low = Math.min(low, item); most = Math.max(most, item - low); } return most;",
    cost: 4,
    of(list) {
      let [low, most] = [Number.POSITIVE_INFINITY, 0];
      for (const item of list) {
        low = Math.min(low, item);
        most = Math.max(most, item - low);
      }
      return most;
    },
  },
  {
    name: "largestFall",
    helper:
      "let [high, most] = [-Infinity, 0]; for (const item of list) { high = Math.max(high, item); most = Math.max(most, high - item); } return most;",
    cost: 4,
    of(list) {
      let [high, most] = [Number.NEGATIVE_INFINITY, 0];
      for (const item of list) {
        high = Math.max(high, item);
        most = Math.max(most, high - item);
      }
      return most;
    },
  },
  {
    name: "largestStretchSum",
    helper:
      "let [run, most] = [0, 0]; for (const item of list) { run = Math.max(0, run + item); most = Math.max(most, run); } return most;",
    cost: 4,
    of(list) {
      let [run, most] = [0, 0];
      for (const item of list) {
        run = Math.max(0, run + item);
        most = Math.max(most, run);
      }
      return most;
    },
  },
];
