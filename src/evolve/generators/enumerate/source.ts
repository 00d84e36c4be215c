/**
 * A source: a list whose elements have spaces of bodies of their own, one that sees the element
 * alone, one that sees its index and everything outside as well.
 */
import type { Bank, Entry, Meter } from "./bank.ts";
import { besides } from "./besides.ts";
import { fieldLeaves } from "./components-records.ts";
import { type Component, compose, constant, type Expression, variable } from "./expression.ts";
import { namesOf, piecesOf, sameLengths } from "./fits.ts";
import type { Goal } from "./goal.ts";
import type { Goals } from "./goals.ts";
import { elementOf, INDEX, ITEM, kept, LAMBDAS, lambdaNamed } from "./lambdas.ts";
import type { Leaf } from "./leaf.ts";
import { applied } from "./parts.ts";
import {
  commonType,
  equalValues,
  type ListType,
  type RecordValue,
  type Type,
  type Value,
} from "./values.ts";

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
  /** The steps from a record to its fields, where the inputs hold records. */
  readonly fields: readonly Component[];
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
const NOTHING = constant("", "string");

export interface Source {
  readonly key: number;
  /** Looks for bodies that make the goal out of this source. */
  hand(goal: Goal): void;
}

/** @returns undefined for a list that is too short or too long to look into. */
export function sourceOf(
  { expression, values, key }: Entry,
  outer: Bank,
  { leaves, constants, components, fields, streams }: SpaceOptions,
  weight: number,
  createSpace: (options: SpaceOptions) => Space,
): Source | undefined {
  const type = expression.type as ListType;
  const lists = values as readonly (readonly Value[] | undefined)[];
  const total = lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
  if (total < 2 || total > MOST_ELEMENTS) return undefined;
  if (!lists.some((list) => (list?.length ?? 0) > 1)) return undefined;

  // Records are made where there are some, or the result is one: elsewhere they lead nowhere.
  const records = components.some(({ name }) => name === "keys");
  const lambdas = LAMBDAS.filter(
    (each) => (each.over ?? type) === type && (records || each.gives(type) !== "record"),
  );

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
    const own: readonly Leaf[] = [item, ...fieldLeaves(item, fields)];
    const outside: readonly Leaf[] = [
      { expression: variable(INDEX, "number"), values: indices },
      ...besides({ expression, values }, leaves).map(({ make, at }) => ({
        expression: make,
        values: from.map((k, n) => at(k, indices[n] as number)),
      })),
      ...[...leaves, { expression, values }].map((leaf) => ({
        expression: leaf.expression,
        values: from.map((k) => leaf.values[k]),
      })),
    ];
    const inner = createSpace({
      leaves: open ? [...own, ...outside] : own,
      constants,
      contexts: items.length,
      components,
      fields,
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
    for (const lambda of lambdas) {
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
      outer.add(compose(lambda.form, [expression, body], gives, lambda.cost), results);
    }
  }

  const give = (
    goal: Goal,
    lambda: string,
    body: Type,
    wanted: (k: number) => readonly Value[] | undefined,
  ): void => {
    const { form, gives, cost } = lambdaNamed(lambda, body);
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
          goal.accept(compose(form, [expression, found], gives(type), cost), extra),
      });
    }
  };

  return {
    key,
    hand(goal) {
      if (goal.type === "string") {
        // A text of pieces, one for each element: all of one length, or as long as the elements.
        const whole = goal.target as readonly string[];
        const cut = piecesOf(whole, lists);
        if (cut === undefined) return;
        give(
          {
            ...goal,
            accept: (found, extra) => goal.accept(applied("join", found, NOTHING), extra),
          },
          "map",
          "string",
          (k) => cut[k],
        );
        return;
      }
      if (goal.type === "record") {
        const wanted = goal.target as readonly RecordValue[];
        const body = commonType(wanted.flatMap((record) => Object.values(record)));
        if (type !== "string[]" || !namesOf(values, wanted)) return;
        if (body !== "number" && body !== "string") return;
        give(goal, "record of", body, (k) =>
          (lists[k] as readonly string[]).map((name) => wanted[k]?.[name] as Value),
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

function mentions({ form, args }: Expression, name: string): boolean {
  return form.variable === name || args.some((arg) => mentions(arg, name));
}
