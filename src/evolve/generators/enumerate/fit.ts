/**
 * Functions by cases: a tree of tests whose leaves are constants or lines, fitted to the examples at
 * once where the enumeration would have to build each part for itself. `price >= 50 ? 0 : 4.9`, tariffs,
 * grades, rates with a rounding at the end.
 *
 * Among the trees that fit, the one with the shortest description wins: few leaves, few digits, and
 * constants that the task's words name. A sum of two parts is found by its residual: what one test adds
 * is taken away, and the rest is fitted.
 */
import type { Meter } from "./bank.ts";
import { conditional } from "./decide.ts";
import type { Expression } from "./expression.ts";
import { type Feature, featuresOf } from "./fit-features.ts";
import {
  constantCost,
  type Fit,
  ROUNDINGS,
  type Rounding,
  rounded,
  roundingCost,
  type TermOptions,
  termFor,
} from "./fit-terms.ts";
import { type Test, testsOf } from "./fit-tests.ts";
import { textTerms } from "./fit-texts.ts";
import type { Goal } from "./goal.ts";
import type { Hints } from "./hints.ts";
import type { Leaf } from "./leaf.ts";
import { applied, literal } from "./parts.ts";
import type { Value, Vector } from "./values.ts";

const MAX_LEAVES = 5;
/** Leaves of a residual: the test that was taken away is a part as well. */
const MAX_RESIDUAL_LEAVES = 2;
const MAX_OFFSETS = 4;
const MAX_NAMED = 6;
const MAX_FEATURES = 6;
const MAX_TESTS = 14;
/** Slopes and lifts are tried for each value of a feature. */
const WORK_PER_VALUE = 12;
/** A term this short is simpler than any choice between two. */
const SIMPLE = 2.5;
/** Contexts are bits of a mask. */
const MAX_CONTEXTS = 24;
/** In visited pairs of a subset and a test. */
const MAX_VISITS = 60_000;

export interface FitOptions {
  readonly leaves: readonly Leaf[];
  readonly hints: Hints;
  readonly meter: Meter;
}

/** Offers the goal the best trees, for each kind of rounding. */
export function* fits(goal: Goal, { leaves, hints, meter }: FitOptions): Generator<undefined> {
  const { type, target } = goal;
  if (type !== "number" && type !== "string" && type !== "boolean") return;
  if (target.length < 3 || target.length > MAX_CONTEXTS || target.includes(undefined)) return;
  const features = featuresOf(leaves, hints);
  const tests = testsOf(leaves, features, hints);
  const textFor = textTerms({ leaves, features, hints });
  const roundings = type === "number" ? roundingsOf(target as readonly number[]) : [ROUNDINGS.none];
  const kinds = roundings.map((rounding) => {
    const options = {
      features,
      tests,
      hints,
      meter,
      rounding,
      textFor,
      target,
      proven: new Set<Feature>(),
    };
    const offer = ({ expression, cost }: Fit): void => {
      const isNone = rounding.name === "none" && isInexact(expression);
      const exactly = isNone ? ROUNDINGS.hundredths : rounding;
      for (const each of new Set([exactly, rounding])) {
        const whole = rounded(expression, each);
        // A factor such as 0.9 leaves digits that nobody means: without them it is preferred.
        const extra = roundingCost(rounding, hints) + (each === exactly ? 0 : 1);
        goal.accept(whole, cost + extra - whole.cost);
      }
    };
    return { options, offer, tree: treeFor(options), least: Infinity };
  });
  // Trees with more and more leaves, as long as they become shorter; first the small ones of each kind.
  for (let count = 1; count <= MAX_LEAVES; count++) {
    for (const kind of kinds) {
      const found = kind.tree(2 ** target.length - 1, count);
      yield;
      if (found === undefined || kind.least <= found.cost) continue;
      kind.least = found.cost;
      kind.offer(found);
    }
  }
  if (type !== "number") return;
  for (const { options, offer } of kinds) {
    yield* sums({ ...options, target: target as readonly number[] }, offer);
  }
}

/** Takes away what one test adds, and fits the rest. */
function* sums(
  options: Omit<TreeOptions, "target"> & { readonly target: readonly number[] },
  offer: (found: Fit) => void,
): Generator<undefined> {
  const { target, hints } = options;
  const features = options.features
    .filter(({ units }) => units === undefined)
    .slice(0, MAX_FEATURES);
  const tests = options.tests.slice(0, MAX_TESTS);
  for (const test of tests) {
    const own = test.at();
    for (const [by, side] of offsets(target, test, hints)) {
      const rest = target.map((wanted, k) => exact(test.values[k] === side ? wanted - by : wanted));
      const proven = new Set<Feature>();
      const residual = treeFor({ ...options, features, tests, target: rest, proven });
      const found = residual(2 ** target.length - 1, MAX_RESIDUAL_LEAVES);
      yield;
      if (found === undefined) continue;
      const added = conditional(own.expression, side, literal(by), literal(0));
      const contexts = test.values.filter((value) => value === side).length;
      const cost = found.cost + own.cost + constantCost(by, hints) + (contexts === 1 ? 5 : 1);
      offer({ expression: applied("+", found.expression, added), cost });
    }
  }
}

interface TreeOptions extends TermOptions {
  readonly target: Vector;
  readonly tests: readonly Test[];
  readonly meter: Meter;
}

/** @returns The cheapest tree with at most that many leaves for the contexts of a mask. */
function treeFor(options: TreeOptions): (mask: number, leaves: number) => Fit | undefined {
  const { target, features, tests, meter } = options;
  const terms = new Map<number, Fit | undefined>();
  const known = new Map<number, Fit | undefined>();
  let visits = 0;

  const term = (mask: number): Fit | undefined => {
    if (terms.has(mask)) return terms.get(mask);
    const contexts = target.flatMap((_, k) => (mask & (1 << k) ? [k] : []));
    meter.work += contexts.length * features.length * WORK_PER_VALUE;
    const found = termFor(contexts, target as readonly Value[], options);
    terms.set(mask, found);
    return found;
  };
  // Features that fit several contexts are believed for a single one as well.
  for (const { mask } of tests) {
    term(mask & (2 ** target.length - 1));
    term(~mask & (2 ** target.length - 1));
  }
  const tree = (mask: number, leaves: number): Fit | undefined => {
    const key = mask * 8 + leaves;
    if (known.has(key)) return known.get(key);
    let best = term(mask);
    if (leaves > 1 && (best === undefined || best.cost > SIMPLE)) {
      for (const test of tests) {
        const yes = mask & test.mask;
        const no = mask & ~test.mask;
        if (yes === 0 || no === 0) continue;
        if (++visits > MAX_VISITS) break;
        meter.work += 4;
        for (let left = 1; left < leaves; left++) {
          const first = tree(yes, left);
          if (first === undefined || (best !== undefined && first.cost >= best.cost)) continue;
          const other = tree(no, leaves - left);
          if (other === undefined) continue;
          const { expression, cost } = test.at(first.line, other.line);
          const sum = cost + first.cost + other.cost;
          if (best !== undefined && best.cost <= sum) break;
          best = {
            expression: conditional(expression, true, first.expression, other.expression),
            cost: sum,
          };
          break;
        }
      }
    }
    known.set(key, best);
    return best;
  };
  return tree;
}

/** None if the results are whole; else the decimals that the results have, if they are few. */
function roundingsOf(target: readonly number[]): readonly Rounding[] {
  const places = Math.max(...target.map((value) => (String(value).split(".")[1] ?? "").length));
  if (places === 0) return [ROUNDINGS.none, ROUNDINGS.round, ROUNDINGS.floor, ROUNDINGS.ceil];
  if (places === 1) return [ROUNDINGS.none, ROUNDINGS.tenths, ROUNDINGS.hundredths];
  return places === 2 ? [ROUNDINGS.hundredths, ROUNDINGS.none] : [ROUNDINGS.none];
}

/** What one side of a test may add: numbers of the words, and frequent differences between the sides. */
function offsets(
  target: readonly number[],
  test: Test,
  { numbers }: Hints,
): readonly (readonly [by: number, side: boolean])[] {
  const counts = new Map<number, number>();
  for (const [k, one] of target.entries()) {
    if (test.values[k] !== true) continue;
    for (const [j, other] of target.entries()) {
      const by = test.values[j] === true ? 0 : exact(one - other);
      if (by !== 0) counts.set(by, (counts.get(by) ?? 0) + 1);
    }
  }
  const frequent = [...counts].filter(([, times]) => times > 1).sort(([, a], [, b]) => b - a);
  const named = numbers.slice(0, MAX_NAMED).flatMap((value) => [value, -value]);
  return [
    ...frequent.slice(0, MAX_OFFSETS).map(([by]) => [by, true] as const),
    ...named.flatMap((by) => [[by, true] as const, [by, false] as const]),
  ];
}

/** Without the last digits, which subtraction makes. */
function exact(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

/** Whether it has a factor that a binary fraction only approximates. */
function isInexact({ form, args }: Expression): boolean {
  const value = args.length === 0 && form.variable === undefined ? form.apply?.() : undefined;
  if (typeof value === "number") return !Number.isInteger(value * 1_024);
  return args.some(isInexact);
}
