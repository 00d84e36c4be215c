/**
 * Decision lists: `test ? term : otherwise`, from terms that are correct on some contexts.
 *
 * Divide and conquer as in Alur, Radhakrishna and Udupa (TACAS 2017): terms and tests come from the
 * enumeration, and the list is the cheapest one with the fewest leaves. It is built for a sample of 24
 * contexts. If it fails on another context, that context is added and the list is built again.
 */
import type { Bank, Entry, Meter } from "./bank.ts";
import { AND, CONDITIONAL, compose, constant, type Expression, NOT, OR } from "./expression.ts";
import { applied, costOfNumber } from "./parts.ts";
import { equalValues, type Type, type Vector } from "./values.ts";

const SAMPLE = 24;
const MAX_TERMS = 300;
const MAX_TESTS = 400;
const MAX_WORK = 1_000_000;

export interface DecisionList {
  readonly expression: Expression;
  /** Cost in addition to its nodes: a branch for a single context is probably overfitting. */
  readonly penalty: number;
}

interface Part {
  readonly expression: Expression;
  readonly mask: number;
  readonly values: Vector;
}

interface List {
  readonly expression: Expression;
  readonly values: (context: number) => unknown;
  readonly cost: number;
  readonly penalty: number;
}

/** @returns undefined if no list with at most `leaves` leaves is correct on all contexts. */
export function decide(
  bank: Bank,
  type: Type,
  target: Vector,
  leaves: number,
  meter: Meter,
): DecisionList | undefined {
  const contexts = target.length;
  const step = Math.max(1, contexts / SAMPLE);
  const sample = new Set<number>();
  for (let at = 0; at < contexts; at += step) sample.add(Math.floor(at));
  for (let round = 0; round < 6 && sample.size <= 30; round++) {
    const list = listOn([...sample], bank, type, target, leaves, meter);
    if (list === undefined) return undefined;
    const miss = target.findIndex((wanted, k) => !equalValues(list.values(k), wanted));
    if (miss === -1) return { expression: list.expression, penalty: list.penalty };
    sample.add(miss);
  }
  return undefined;
}

function listOn(
  sample: readonly number[],
  bank: Bank,
  type: Type,
  target: Vector,
  leaves: number,
  meter: Meter,
): List | undefined {
  const all = 2 ** sample.length - 1;
  const terms = termsOn(sample, bank.all(type), type, target, meter);
  const tests = testsOn(
    sample,
    [...thresholdTests(bank.all("number")), ...bank.all("boolean")],
    all,
    meter,
  );
  const memo = new Map<number, List | undefined>();
  const stop = meter.work + MAX_WORK;

  const covers = new Map<number, List | undefined>();
  const cover = (subset: number): List | undefined => {
    if (!covers.has(subset)) covers.set(subset, coverOf(subset));
    return covers.get(subset);
  };
  const coverOf = (subset: number): List | undefined => {
    meter.work += terms.length / 4;
    for (const { expression, mask, values } of terms) {
      if ((mask & subset) !== subset) continue;
      const penalty = type !== "boolean" && (subset & (subset - 1)) === 0 ? 3 : 0;
      const cost = expression.cost + penalty;
      return { expression, values: (k) => values[k], cost, penalty };
    }
    return undefined;
  };
  const best = (subset: number, left: number): List | undefined => {
    const key = subset * 8 + left;
    if (memo.has(key)) return memo.get(key);
    let found = cover(subset);
    if (found === undefined && left > 1 && meter.work < stop) {
      meter.work += tests.length * 2;
      for (const test of left > 3 ? tests.slice(0, 160) : tests) {
        for (const yes of [true, false]) {
          const inside = subset & (yes ? test.mask : ~test.mask);
          if (inside === 0 || inside === subset) continue;
          const here = cover(inside);
          if (here === undefined) continue;
          if (found !== undefined && here.cost + test.expression.cost + 2 >= found.cost) continue;
          const rest = best(subset & ~inside, left - 1);
          if (rest === undefined) continue;
          const list = branch(test, yes, here, rest);
          if (found === undefined || list.cost < found.cost) found = list;
        }
      }
    }
    memo.set(key, found);
    return found;
  };
  for (let count = 1; count <= leaves; count++) {
    memo.clear();
    const found = best(all, count);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Cheapest first, one for each set of contexts on which a term is correct. */
function termsOn(
  sample: readonly number[],
  entries: readonly Entry[],
  type: Type,
  target: Vector,
  meter: Meter,
): readonly Part[] {
  const found = new Map<number, Part>();
  const add = (expression: Expression, values: Vector): void => {
    let mask = 0;
    for (let bit = 0; bit < sample.length; bit++) {
      const k = sample[bit] as number;
      if (equalValues(values[k], target[k])) mask |= 1 << bit;
    }
    const known = found.get(mask);
    if (mask === 0 || (known !== undefined && known.expression.cost <= expression.cost)) return;
    if (known === undefined && found.size >= MAX_TERMS) return;
    found.set(mask, { expression, mask, values });
  };
  if (type === "boolean") {
    for (const value of [true, false]) {
      add(constant(value, "boolean", 1), new Array(target.length).fill(value));
    }
  }
  const count = Math.min(entries.length, 30_000);
  for (let at = 0; at < count; at++) {
    const entry = entries[at] as Entry;
    add(entry.expression, entry.values);
  }
  meter.work += count * 4;
  return [...found.values()].sort((a, b) => a.expression.cost - b.expression.cost);
}

function testsOn(
  sample: readonly number[],
  entries: readonly Pick<Entry, "expression" | "values">[],
  all: number,
  meter: Meter,
): readonly Part[] {
  const found = new Map<number, Part>();
  for (const { expression, values } of entries) {
    let mask = 0;
    let isDefined = true;
    for (let bit = 0; bit < sample.length && isDefined; bit++) {
      const value = values[sample[bit] as number];
      if (value === undefined) isDefined = false;
      else if (value) mask |= 1 << bit;
    }
    if (!isDefined || mask === 0 || mask === all) continue;
    if (found.has(mask) || found.has(all & ~mask)) continue;
    found.set(mask, { expression, mask, values });
    if (found.size >= MAX_TESTS) break;
  }
  meter.work += Math.min(entries.length, 4 * MAX_TESTS) * 4;
  return [...found.values()].sort((a, b) => a.expression.cost - b.expression.cost);
}

/** Comparisons with a threshold between two neighbouring values; each threshold is as round as possible. */
function thresholdTests(
  numbers: readonly Entry[],
): readonly Pick<Entry, "expression" | "values">[] {
  const found: Pick<Entry, "expression" | "values">[] = [];
  for (const { expression, values, level } of numbers) {
    if (level > 2 || found.length > 200) break;
    if (expression.args.length === 0 && expression.form.variable === undefined) continue;
    const given = values.filter((value) => typeof value === "number");
    const sorted = [...new Set(given)].sort((a, b) => a - b);
    for (let at = 1; at < sorted.length && at < 40; at++) {
      const low = sorted[at - 1] as number;
      const limit = roundest(low, sorted[at] as number);
      const fixed = constant(limit, "number", costOfNumber(limit));
      // The roundest number may be the lower value itself: then the test must exclude it.
      const test = limit === low ? "<" : "<=";
      found.push({
        expression: applied(test, fixed, expression),
        values: values.map((value) =>
          typeof value !== "number" ? undefined : limit === low ? limit < value : limit <= value,
        ),
      });
    }
  }
  return found;
}

/** The roundest number from `low` to `high`; of equally round ones the highest. */
function roundest(low: number, high: number): number {
  for (const unit of [1_000, 100, 50, 10, 5, 1]) {
    const value = Math.floor(high / unit) * unit;
    if (value >= low) return value;
  }
  return high;
}

function branch(test: Part, yes: boolean, here: List, rest: List): List {
  const values = (k: number): unknown => {
    const value = test.values[k];
    return value === undefined ? undefined : value === yes ? here.values(k) : rest.values(k);
  };
  const penalty = here.penalty + rest.penalty + (here.expression.type === "boolean" ? 3 : 1);
  const expression = conditional(test.expression, yes, here.expression, rest.expression);
  return { expression, values, cost: expression.cost + penalty, penalty };
}

/** Conditionals between booleans become `&&` and `||`. */
export function conditional(
  test: Expression,
  yes: boolean,
  here: Expression,
  rest: Expression,
): Expression {
  const { type } = here;
  const not = (of: Expression): Expression => compose(NOT, [of], "boolean");
  const leaf = literalOf(here);
  if (type === "boolean" && leaf !== undefined) {
    const first = leaf === yes ? test : not(test);
    const other = literalOf(rest);
    if (other !== undefined && other !== leaf) return first;
    return compose(leaf ? OR : AND, [first, rest], type);
  }
  const last = literalOf(rest);
  if (type === "boolean" && last !== undefined) {
    const first = last === yes ? not(test) : test;
    return compose(last ? OR : AND, [first, here], type);
  }
  return compose(CONDITIONAL, yes ? [test, here, rest] : [test, rest, here], type);
}

function literalOf({ form, type, args }: Expression): boolean | undefined {
  if (type !== "boolean" || args.length > 0 || form.variable !== undefined) return undefined;
  return form.apply?.() === true;
}
