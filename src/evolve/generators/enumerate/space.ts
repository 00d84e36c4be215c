/**
 * A space: a bank of expressions over some contexts, its goals, and the inner spaces of lambda bodies.
 *
 * Each list that is found early becomes a source: bodies over its elements are enumerated in separate
 * spaces, and the results of map, filter, count, sum and other forms are added to the bank. A goal that
 * is a list also gives goals for bodies: the elements for map, keep or drop for filter (as in Feser,
 * Chaudhuri and Dillig, PLDI 2015).
 */
import { createBank, type Entry } from "./bank.ts";
import { type DecisionList, decide } from "./decide.ts";
import { namesOf, sameLengths } from "./elementwise.ts";
import { CONDITIONAL, type Component, type Expression } from "./expression.ts";
import { fits } from "./fit.ts";
import type { Goal } from "./goal.ts";
import { createGoals } from "./goals.ts";
import { LAMBDAS, lambdaNamed } from "./lambdas.ts";
import { type Source, type Space, type SpaceOptions, sourceOf } from "./source.ts";
import type { Type } from "./values.ts";

/** Additional sources that match a goal. */
const MATCHING_SOURCES = 12;
/** Goals per space for which decision lists are searched. */
const MAX_DECISION_GOALS = 3;
/** Goals per space to which functions by cases are fitted. */
const MAX_FITTED = 8;
/** Lists become sources only after this level, because expressions without lambdas are simpler to read. */
const PLAIN_LEVEL = 2;

export function createSpace(options: SpaceOptions): Space {
  const { leaves, constants, contexts, components, scheduler, capacity, highest, bodies } = options;
  const sources: Source[] = [];
  const listGoals: Goal[] = [];
  const pending: Entry[] = [];
  let [matching, filtered, direct, plain, decisions, fitted] = [0, 0, 0, 0, 0, 0];
  const goals = createGoals(
    () => bank,
    scheduler.meter,
    (goal) => {
      if (goal.depth === 0 && decisions++ < MAX_DECISION_GOALS) {
        scheduler.start(
          decisionLists(goal, bodies === undefined ? 3 : 5),
          bodies === undefined ? 0.05 : 0.2,
        );
      }
      if (options.hints !== undefined && fitted++ < MAX_FITTED) {
        const work = fits(goal, { leaves, hints: options.hints, meter: scheduler.meter });
        scheduler.start(work, goal.depth === 0 ? options.weight : options.weight / 4);
      }
      const isElementwise =
        goal.type.endsWith("[]") ||
        goal.type === "record" ||
        (goal.type === "string" && goal.depth === 0);
      if (bodies === undefined || !isElementwise) return;
      listGoals.push(goal);
      for (const source of sources) source.deduce(goal);
      if (bank.level <= PLAIN_LEVEL) return;
      for (const type of ["number[]", "string[]", "record[]"] as const) {
        for (const entry of bank.all(type)) consider(entry);
      }
    },
  );
  const bank = createBank({
    contexts,
    components,
    capacity,
    highest,
    meter: scheduler.meter,
    onEntry(entry) {
      options.onEntry?.(entry);
      goals.check(entry);
      if (bodies === undefined) return;
      if (entry.expression.type.endsWith("[]")) pending.push(entry);
      if (bank.level > PLAIN_LEVEL) for (const each of pending.splice(0)) consider(each);
    },
  });

  function consider(entry: Entry): void {
    if (bodies === undefined || sources.some(({ key }) => key === entry.key)) return;
    const matches = listGoals.some(
      (goal) => sameLengths(entry.values, goal.target) || namesOf(entry.values, goal.target),
    );
    if (matches && matching < MATCHING_SOURCES) matching++;
    else if (entry.expression.form === FILTER.form && filtered < bodies.sources / 2) filtered++;
    else if (isPlain(entry) && isDirect(entry) && direct < bodies.sources) direct++;
    else if (isPlain(entry) && !isDirect(entry) && plain < bodies.sources / 2) plain++;
    else return;
    const rank = sources.length;
    const weight = (matches ? 1 : 0.5) / (1 + 0.3 * rank);
    const source = sourceOf(entry, bank, options, weight, createSpace);
    if (source === undefined) return;
    sources.push(source);
    for (const goal of listGoals) source.deduce(goal);
  }

  function* decisionLists(goal: Goal, leaves: number): Generator<undefined> {
    let seen = 0;
    for (;;) {
      const size = bank.all(goal.type).length + bank.all("boolean").length;
      if (size > seen * 1.5 + 4) {
        seen = size;
        const list: DecisionList | undefined = decide(
          bank,
          goal.type,
          goal.target,
          leaves,
          scheduler.meter,
        );
        if (list !== undefined) goal.accept(list.expression, extraCost(list, goal.type));
      } else {
        scheduler.meter.work += 500;
      }
      yield;
    }
  }

  for (const { expression, values } of leaves) bank.add(expression, values, true);
  for (const each of constants) {
    bank.add(each, new Array(contexts).fill(each.form.apply?.()), true);
  }
  scheduler.start(bank.grow(), options.weight);
  return { bank, goals };
}

const FILTER = lambdaNamed("filter", "boolean");

/** A table of literals is long but simple, so it gets a discount; other lists may be overfitting. */
function extraCost({ expression, penalty }: DecisionList, type: Type): number {
  return type === "boolean" || literals(expression) < 2 ? penalty : penalty - 0.3 * expression.cost;
}

function literals({ form, args }: Expression): number {
  if (args.length === 0) return form.variable === undefined ? 1 : 0;
  return form === CONDITIONAL ? args.slice(1).reduce((sum, arg) => sum + literals(arg), 0) : 0;
}

/** Excludes reordered lists: they have the same elements, so bodies over them give little new. */
function isPlain({ expression, level }: Entry): boolean {
  if (level > 3 || LAMBDAS.some(({ form }) => form === expression.form)) return false;
  const { name = "" } = expression.form as Partial<Component>;
  const [first, second] = expression.args;
  // The first argument must depend on the inputs; a separator must be constant.
  if (first !== undefined && !hasVariable(first)) return false;
  if (name === "split" && second !== undefined && hasVariable(second)) return false;
  return hasVariable(expression) && !/^(reversed|sorted|concat|append|init|tail)/.test(name);
}

/** A parameter, or one component applied to leaves. */
function isDirect({ expression }: Entry): boolean {
  return expression.args.every(({ args }) => args.length === 0);
}

function hasVariable({ form, args }: Expression): boolean {
  return form.variable !== undefined || args.some(hasVariable);
}
