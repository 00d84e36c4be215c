/**
 * A space: a bank of expressions over some contexts, the goals that are looked for in it, and the
 * spaces of lambda bodies inside.
 *
 * Each list found early becomes a source: bodies over its elements are enumerated in spaces of
 * their own, and come back as map, filter, count, sum and the like. A goal that is a list is also
 * handed down: element by element for map, kept or not for filter (after Feser, Chaudhuri and
 * Dillig, PLDI 2015).
 */
import { createBank, type Entry } from "./bank.ts";
import { type Choice, decide } from "./decide.ts";
import { CHOICE, type Component, type Expression } from "./expression.ts";
import { namesOf, sameLengths } from "./fits.ts";
import type { Goal } from "./goal.ts";
import { createGoals } from "./goals.ts";
import { LAMBDAS, lambdaNamed } from "./lambdas.ts";
import { type Source, type Space, type SpaceOptions, sourceOf } from "./source.ts";
import type { Type } from "./values.ts";

/** Sources beyond the first ones, made because they fit a goal. */
const FITTING_SOURCES = 12;
/** Goals of one space for which partial solutions are put together. */
const MOST_CHOICES = 3;
/** Lists wait until the plain expressions up to this level are known: those are simpler to read. */
const PLAIN_LEVEL = 2;

export function createSpace(options: SpaceOptions): Space {
  const { leaves, constants, contexts, components, streams, capacity, highest, bodies } = options;
  const sources: Source[] = [];
  const listGoals: Goal[] = [];
  const pending: Entry[] = [];
  let [fitting, filtered, direct, plain, choosing] = [0, 0, 0, 0, 0];
  const goals = createGoals(
    () => bank,
    streams.meter,
    (goal) => {
      if (goal.depth === 0 && choosing++ < MOST_CHOICES) {
        streams.start(
          choices(goal, bodies === undefined ? 3 : 5),
          bodies === undefined ? 0.05 : 0.2,
        );
      }
      const inParts =
        goal.type.endsWith("[]") ||
        goal.type === "record" ||
        (goal.type === "string" && goal.depth === 0);
      if (bodies === undefined || !inParts) return;
      listGoals.push(goal);
      for (const source of sources) source.hand(goal);
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
    meter: streams.meter,
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
    const fits = listGoals.some(
      (goal) => sameLengths(entry.values, goal.target) || namesOf(entry.values, goal.target),
    );
    if (fits && fitting < FITTING_SOURCES) fitting++;
    else if (entry.expression.form === FILTER.form && filtered < bodies.sources / 2) filtered++;
    else if (isPlain(entry) && isDirect(entry) && direct < bodies.sources) direct++;
    else if (isPlain(entry) && !isDirect(entry) && plain < bodies.sources / 2) plain++;
    else return;
    const rank = sources.length;
    const source = sourceOf(entry, bank, options, (fits ? 1 : 0.5) / (1 + 0.3 * rank), createSpace);
    if (source === undefined) return;
    sources.push(source);
    for (const goal of listGoals) source.hand(goal);
  }

  function* choices(goal: Goal, leaves: number): Generator<undefined> {
    let seen = 0;
    for (;;) {
      const size = bank.all(goal.type).length + bank.all("boolean").length;
      if (size > seen * 1.5 + 4) {
        seen = size;
        const choice: Choice | undefined = decide(
          bank,
          goal.type,
          goal.target,
          leaves,
          streams.meter,
        );
        if (choice !== undefined) goal.accept(choice.expression, discount(choice, goal.type));
      } else {
        streams.meter.work += 500;
      }
      yield;
    }
  }

  for (const { expression, values } of leaves) bank.add(expression, values, true);
  for (const each of constants) {
    bank.add(each, new Array(contexts).fill(each.form.apply?.()), true);
  }
  streams.start(bank.grow(), options.weight);
  return { bank, goals };
}

const FILTER = lambdaNamed("filter", "boolean");

/** A table of literals is long to write and yet few decisions; any other choice may be chance. */
function discount({ expression, penalty }: Choice, type: Type): number {
  return type === "boolean" || literals(expression) < 2 ? penalty : penalty - 0.3 * expression.cost;
}

function literals({ form, args }: Expression): number {
  if (args.length === 0) return form.variable === undefined ? 1 : 0;
  return form === CHOICE ? args.slice(1).reduce((sum, arg) => sum + literals(arg), 0) : 0;
}

/** Lists in another order have the same elements: bodies over them say little new. */
function isPlain({ expression, level }: Entry): boolean {
  if (level > 3 || LAMBDAS.some(({ form }) => form === expression.form)) return false;
  const { name = "" } = expression.form as Partial<Component>;
  const [first, second] = expression.args;
  // What is cut, counted or looked up is given; what it is cut by is fixed.
  if (first !== undefined && !hasVariable(first)) return false;
  if (name === "split" && second !== undefined && hasVariable(second)) return false;
  return hasVariable(expression) && !/^(reversed|sorted|concat|append|init|tail)/.test(name);
}

/** A parameter, or one step from there. */
function isDirect({ expression }: Entry): boolean {
  return expression.args.every(({ args }) => args.length === 0);
}

function hasVariable({ form, args }: Expression): boolean {
  return form.variable !== undefined || args.some(hasVariable);
}
