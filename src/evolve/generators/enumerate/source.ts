/**
 * A source: a list with two spaces of lambda bodies over its elements. In one space bodies use only the
 * element; in the other they use also its index and all outer variables.
 */
import { present } from "../../../core/present.ts";
import type { Bank, Entry, Meter } from "./bank.ts";
import { fieldLeaves } from "./components-records.ts";
import { namesOf, piecesOf, sameLengths } from "./elementwise.ts";
import {
  type Component,
  compose,
  constant,
  type Expression,
  mentions,
  variable,
} from "./expression.ts";
import type { Goal } from "./goal.ts";
import type { Goals } from "./goals.ts";
import type { Hints } from "./hints.ts";
import { elementOf, filterMask, INDEX, ITEM, LAMBDAS, lambdaNamed } from "./lambdas.ts";
import type { Leaf } from "./leaf.ts";
import { neighbourLeaves } from "./neighbours.ts";
import { applied } from "./parts.ts";
import {
  commonType,
  equalValues,
  type ListType,
  type RecordValue,
  type Type,
  type Value,
} from "./values.ts";

export interface Scheduler {
  readonly meter: Meter;
  /** Adds a stream of work. The stream with the least work relative to its weight runs next. */
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
  /** Components for the fields of records, if the inputs contain records. */
  readonly fields: readonly Component[];
  readonly scheduler: Scheduler;
  readonly weight: number;
  /** Absent for a space of bodies. */
  readonly bodies?: { readonly sources: number };
  readonly capacity: number;
  readonly highest: number;
  readonly onEntry?: (entry: Entry) => void;
  /** Absent: no functions by cases are fitted to the goals of this space. */
  readonly hints?: Hints;
}

/** Maximum number of elements, over all contexts, of one space of bodies. */
const MAX_ELEMENTS = 300;
const BODY_CAPACITY = 6_000;
const BODY_HIGHEST = 9;
const EMPTY_TEXT = constant("", "string");

export interface Source {
  readonly key: number;
  /** Searches for bodies that compute the goal from this source. */
  deduce(goal: Goal): void;
}

/** @returns undefined if the lists are too short or too long. */
export function sourceOf(
  { expression, values, key }: Entry,
  outer: Bank,
  { leaves, constants, components, fields, scheduler, hints }: SpaceOptions,
  weight: number,
  createSpace: (options: SpaceOptions) => Space,
): Source | undefined {
  const type = expression.type as ListType;
  const lists = values as readonly (readonly Value[] | undefined)[];
  const total = lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
  if (total < 2 || total > MAX_ELEMENTS) return undefined;
  if (!lists.some((list) => (list?.length ?? 0) > 1)) return undefined;

  // Lambdas that give records are used only if the inputs or the results contain records.
  const records = components.some(({ name }) => name === "keys");
  const lambdas = LAMBDAS.filter(
    (each) => (each.over ?? type) === type && (records || each.gives(type) !== "record"),
  );

  /** The contexts of the inner space, and the context of each element of each list. */
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
      ...neighbourLeaves({ expression, values }, leaves).map((leaf) => ({
        expression: leaf.expression,
        values: from.map((k, n) => leaf.valueAt(k, indices[n] as number)),
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
      scheduler,
      weight: open ? weight * 0.6 : weight,
      capacity: BODY_CAPACITY,
      highest: BODY_HIGHEST,
      onEntry: (entry) => addToOuter(entry, places),
      ...(open ? {} : present({ hints })),
    });
    return { inner, places };
  });

  /** Applies every lambda form with this body to the list, and adds the results to the outer bank. */
  function addToOuter(entry: Entry, places: readonly (readonly number[] | undefined)[]): void {
    const body = entry.expression;
    if (!mentions(body, ITEM) && !mentions(body, INDEX)) return;
    for (const lambda of lambdas) {
      if (lambda.body !== body.type) continue;
      scheduler.meter.work += total;
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

  const addBodyGoal = (
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
    deduce(goal) {
      if (goal.type === "string") {
        // A text of pieces, one per element: all of the same length, or as long as the elements.
        const pieces = piecesOf(goal.target as readonly string[], lists);
        if (pieces === undefined) return;
        addBodyGoal(
          {
            ...goal,
            accept: (found, extra) => goal.accept(applied("join", found, EMPTY_TEXT), extra),
          },
          "map",
          "string",
          (k) => pieces[k],
        );
        return;
      }
      if (goal.type === "record") {
        const wanted = goal.target as readonly RecordValue[];
        const body = commonType(wanted.flatMap((record) => Object.values(record)));
        if (type !== "string[]" || !namesOf(values, wanted)) return;
        if (body !== "number" && body !== "string") return;
        addBodyGoal(goal, "record of", body, (k) =>
          (lists[k] as readonly string[]).map((name) => wanted[k]?.[name] as Value),
        );
        return;
      }
      const targets = goal.target as readonly (readonly Value[])[];
      if (sameLengths(values, goal.target)) {
        addBodyGoal(goal, "map", elementOf(goal.type as ListType), (k) => targets[k]);
      } else if (goal.type === type) {
        addBodyGoal(goal, "filter", "boolean", (k) => filterMask(lists[k] ?? [], targets[k] ?? []));
      }
    },
  };
}
