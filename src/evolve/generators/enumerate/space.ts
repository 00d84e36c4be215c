/**
 * A space: a bank of expressions over some contexts, the goals that are looked for in it, and the
 * spaces of lambda bodies inside.
 *
 * Each list found early becomes a source: bodies over its elements are enumerated in spaces of
 * their own, and come back as map, filter, count, sum and the like. A goal that is a list is also
 * handed down: element by element for map, kept or not for filter (after Feser, Chaudhuri and
 * Dillig, PLDI 2015).
 */
import { type Bank, createBank, type Entry, type Meter } from "./bank.ts";
import { type Choice, decide } from "./decide.ts";
import { type Component, compose, constant, type Expression, variable } from "./expression.ts";
import { applied, createGoals, type Goal, type Goals } from "./goals.ts";
import { elementOf, INDEX, ITEM, kept, LAMBDAS, lambdaNamed } from "./lambdas.ts";
import { equalValues, type ListType, type Type, type Value, type Vector } from "./values.ts";

export interface Leaf {
  readonly expression: Expression;
  readonly values: Vector;
}

export interface Streams {
  readonly meter: Meter;
  /** Work goes to the stream that has had least of it for its weight. */
  start(work: Iterator<undefined>, weight: number): void;
}

export interface Space {
  readonly bank: Bank;
  readonly goals: Goals;
}

export interface SpaceOptions {
  readonly leaves: readonly Leaf[];
  readonly constants: readonly Expression[];
  readonly contexts: number;
  readonly components: readonly Component[];
  readonly streams: Streams;
  readonly weight: number;
  /** Absent for the spaces of bodies. */
  readonly bodies?: { readonly sources: number };
  readonly capacity: number;
  readonly highest: number;
  readonly onEntry?: (entry: Entry) => void;
}

/** Elements over all contexts that one space of bodies may have. */
const MOST_ELEMENTS = 300;
const BODY_CAPACITY = 6_000;
const BODY_HIGHEST = 9;
/** Sources beyond the first ones, made because they fit a goal. */
const FITTING_SOURCES = 12;

export function createSpace(options: SpaceOptions): Space {
  const { leaves, constants, contexts, components, streams, capacity, highest, bodies } = options;
  const sources: Source[] = [];
  const listGoals: Goal[] = [];
  let [fitting, filtered, plain] = [0, 0, 0];
  const goals = createGoals(
    () => bank,
    streams.meter,
    (goal) => {
      if (goal.depth === 0 && bodies === undefined) streams.start(choices(goal, 3), 0.1);
      if (goal.depth === 0 && bodies !== undefined) streams.start(choices(goal, 5), 0.2);
      if (bodies === undefined || !(goal.type.endsWith("[]") || goal.type === "string")) return;
      listGoals.push(goal);
      for (const source of sources) source.hand(goal);
      for (const type of ["number[]", "string[]"] as const) {
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
      if (bodies !== undefined && entry.expression.type.endsWith("[]")) consider(entry);
    },
  });

  function consider(entry: Entry): void {
    if (bodies === undefined || sources.some(({ key }) => key === entry.key)) return;
    const fits = listGoals.some((goal) => sameLengths(entry.values, goal.target));
    if (fits && fitting < FITTING_SOURCES) fitting++;
    else if (entry.expression.form === FILTER.form && filtered < bodies.sources) filtered++;
    else if (isPlain(entry) && plain < bodies.sources) plain++;
    else return;
    const rank = sources.length;
    const source = sourceOf(entry, bank, options, (fits ? 1 : 0.5) / (1 + 0.3 * rank));
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
        if (choice !== undefined) goal.accept(choice.expression, choice.penalty);
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

const NOTHING = constant("", "string");
const FILTER = lambdaNamed("filter", "boolean");

interface Source {
  readonly key: number;
  /** Looks for bodies that make the goal out of this source. */
  hand(goal: Goal): void;
}

function sourceOf(
  { expression, values, key }: Entry,
  outer: Bank,
  { leaves, constants, components, streams }: SpaceOptions,
  weight: number,
): Source | undefined {
  const type = expression.type as ListType;
  const lists = values as readonly (readonly Value[] | undefined)[];
  const total = lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
  if (total < 2 || total > MOST_ELEMENTS) return undefined;

  /** Which context each element of each list is, and what the contexts hold. */
  const layout = (open: boolean) => {
    const items: Value[] = [];
    const indices: number[] = [];
    const from: number[] = [];
    const known = new Map<Value, number>();
    const places = lists.map((list, k) =>
      list?.map((item, index) => {
        const at = open ? undefined : known.get(item);
        if (at !== undefined) return at;
        known.set(item, items.length);
        indices.push(index);
        from.push(k);
        return items.push(item) - 1;
      }),
    );
    return { items, indices, from, places };
  };

  const spaces = [false, true].map((open) => {
    const { items, indices, from, places } = layout(open);
    const item = { expression: variable(ITEM, elementOf(type)), values: items };
    const outside: readonly Leaf[] = [
      { expression: variable(INDEX, "number"), values: indices },
      ...[...leaves, { expression, values }].map((leaf) => ({
        expression: leaf.expression,
        values: from.map((k) => leaf.values[k]),
      })),
    ];
    const inner = createSpace({
      leaves: open ? [item, ...outside] : [item],
      constants,
      contexts: items.length,
      components,
      streams,
      weight: open ? weight * 0.6 : weight,
      capacity: BODY_CAPACITY,
      highest: BODY_HIGHEST,
      onEntry: (entry) => bring(entry, places),
    });
    return { inner, places };
  });

  /** Everything that a body makes out of this list goes to the bank outside. */
  function bring(entry: Entry, places: readonly (readonly number[] | undefined)[]): void {
    const body = entry.expression;
    if (!mentions(body, ITEM) && !mentions(body, INDEX)) return;
    for (const lambda of LAMBDAS) {
      if (lambda.body !== body.type) continue;
      streams.meter.work += total;
      const gives = lambda.gives(type);
      const results = lists.map((list, k) => {
        const given = places[k]?.map((at) => entry.values[at]);
        if (list === undefined || given === undefined || given.includes(undefined))
          return undefined;
        const result = lambda.combine(list, given as Value[]);
        return typeof result === "number" && !Number.isFinite(result) ? undefined : result;
      });
      outer.add(compose(lambda.form, [expression, body], gives), results);
    }
  }

  const give = (
    goal: Goal,
    lambda: string,
    body: Type,
    wanted: (k: number) => readonly Value[] | undefined,
  ): void => {
    const { form } = lambdaNamed(lambda, body);
    for (const { inner, places } of spaces) {
      const target: (Value | undefined)[] = new Array(inner.bank.contexts);
      let agrees = true;
      for (const [k, list] of places.entries()) {
        const parts = wanted(k);
        if (list === undefined || parts === undefined) return;
        for (const [index, at] of list.entries()) {
          if (target[at] !== undefined && !equalValues(target[at], parts[index])) agrees = false;
          target[at] = parts[index];
        }
      }
      if (!agrees) continue;
      inner.goals.add({
        type: body,
        target,
        depth: 0,
        accept: (found, extra) =>
          goal.accept(
            compose(
              form,
              [expression, found],
              lambda === "filter" ? type : `${body as "string"}[]`,
            ),
            extra,
          ),
      });
    }
  };

  return {
    key,
    hand(goal) {
      if (goal.type === "string") {
        // A text of equal pieces, one for each element.
        const whole = goal.target as readonly string[];
        const size = pieceSize(whole, lists);
        if (size === undefined) return;
        give(
          {
            ...goal,
            accept: (found, extra) => goal.accept(applied("join", found, NOTHING), extra),
          },
          "map",
          "string",
          (k) => lists[k]?.map((_, at) => (whole[k] ?? "").slice(at * size, (at + 1) * size)),
        );
        return;
      }
      const targets = goal.target as readonly (readonly Value[])[];
      if (sameLengths(values, goal.target)) {
        give(goal, "map", elementOf(goal.type as ListType), (k) => targets[k]);
      } else if (goal.type === type) {
        give(goal, "filter", "boolean", (k) => kept(lists[k] ?? [], targets[k] ?? []));
      }
    },
  };
}

/** How many characters of the text each element has; undefined unless all have as many. */
function pieceSize(
  texts: readonly string[],
  lists: readonly (readonly Value[] | undefined)[],
): number | undefined {
  const longest = texts.findIndex((text) => text.length > 0);
  const size = (texts[longest]?.length ?? 0) / (lists[longest]?.length ?? 0);
  if (!Number.isInteger(size) || size < 2) return undefined;
  return texts.every((text, k) => text.length === size * (lists[k]?.length ?? -1))
    ? size
    : undefined;
}

/** Lists in another order have the same elements: bodies over them say little new. */
function isPlain({ expression, level }: Entry): boolean {
  if (level > 3 || LAMBDAS.some(({ form }) => form === expression.form)) return false;
  const { name = "" } = expression.form as Partial<Component>;
  return hasVariable(expression) && !/^(reversed|sorted|concat|append|init|tail)/.test(name);
}

function hasVariable({ form, args }: Expression): boolean {
  return form.variable !== undefined || args.some(hasVariable);
}

function mentions({ form, args }: Expression, name: string): boolean {
  return form.variable === name || args.some((arg) => mentions(arg, name));
}

function sameLengths(a: Vector, b: Vector): boolean {
  let some = 0;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k], b[k]];
    if (!Array.isArray(x) || !Array.isArray(y) || x.length !== y.length) return false;
    some += x.length;
  }
  return some > 1;
}
