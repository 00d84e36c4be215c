/**
 * The search for one function: spaces that grow concurrently, solutions by cost, and partial solutions.
 *
 * Work is given in small turns to the stream with the least work relative to its weight. It is counted
 * in computed values: equal examples give equal searches. The release of a solution is delayed by its
 * cost, so that a shorter solution can come before a long one that was found early by chance.
 */
import type { Kernel } from "../../../core/task.ts";
import { type Searched, searchedLog } from "../searched.ts";
import type { Entry, Meter } from "./bank.ts";
import { DAY, dateLeaves, hasDates, ISO_DATE } from "./components-dates.ts";
import { componentsFor, usesTexts } from "./components-for.ts";
import { fieldLeaves, fieldsOf } from "./components-records.ts";
import { constantsOf, type Example } from "./constants.ts";
import { compose, type Expression, evaluate, innerName, mentions, variable } from "./expression.ts";
import { folds } from "./folds.ts";
import { hintsOf } from "./hints.ts";
import type { Leaf } from "./leaf.ts";
import { loops } from "./loops.ts";
import { nestedLeaves } from "./nested.ts";
import { createSpace } from "./space.ts";
import { commonType, equalValues, type Type, type Value, type Vector } from "./values.ts";

export interface SearchOptions {
  /** Stored entries of each type, outside lambda bodies. */
  readonly capacity: number;
  /** Highest cost of an enumerated expression. */
  readonly highest: number;
  /** The search ends after this work. */
  readonly mostWork: number;
  /** The task in words. */
  readonly words: string;
}

export interface Solution {
  readonly expression: Expression;
  /** Number of examples on which it is correct. */
  readonly right: number;
}

export interface Search {
  readonly exhausted: boolean;
  readonly work: number;
  /** Distinct behaviours of the result's type that it compared with the examples, and some of them. */
  readonly searched: Searched<Expression>;
  /** @param work Approximate number of values to compute. */
  advance(work: number): void;
  /** New solutions, cheapest first; before the first one, partial solutions that are better than all earlier ones. */
  take(count: number): readonly Solution[];
}

/** Examples that are contexts of the outer space; a solution must be correct on all examples. */
const MAX_CONTEXTS = 24;
const TURN = 20_000;
const SOURCES = 8;
/** A solution of cost c is released after RELEASE * GROWTH ** c computed values. */
/** Cost of a parameter that a solution does not use: nobody gives it for nothing. */
const UNUSED = 4;
const RELEASE = 300_000;
const GROWTH = 1.27;
/** Total number of returned solutions: the shortest ones; they may differ on other inputs. */
const MAX_SOLUTIONS = 12;

export function createSearch(
  kernel: Kernel,
  given: readonly Example[],
  { capacity, highest, mostWork, words }: SearchOptions,
): Search | undefined {
  const examples = distinct(given);
  const result = commonType(examples.map(({ expected }) => expected));
  if (examples.length === 0 || result === undefined) return undefined;
  const seen = examples.slice(0, MAX_CONTEXTS);
  const leaves: Leaf[] = [];
  for (const [at, { name }] of kernel.parameters.entries()) {
    const values = seen.map(({ input }) => input[at]);
    const type = commonType(values);
    if (type !== undefined)
      leaves.push({ expression: variable(innerName(name), type), values: values as Vector });
    else leaves.push(...nestedLeaves(innerName(name), values));
  }
  const tuple = tupleOf(leaves);
  const fields = fieldsOf(seen.map(({ input }) => input));
  leaves.push(...leaves.flatMap((leaf) => fieldLeaves(leaf, fields)));
  // The parts of a date are of no use for another date, which is a number of days away.
  const givesDates = examples.every(
    ({ expected }) => typeof expected === "string" && ISO_DATE.test(expected),
  );
  if (!givesDates) leaves.push(...dateLeaves(leaves));
  if (tuple !== undefined) leaves.push(tuple);
  const types = new Set<Type>([result, ...leaves.map(({ expression }) => expression.type)]);
  const names = kernel.parameters.map(({ name }) => name);
  const dates = hasDates(
    names,
    seen.map(({ input }) => input),
  );
  const hints = hintsOf(words);
  const components = componentsFor({ types, dates, fields, hints });
  const texts = usesTexts({ types, fields });

  const meter: Meter = { work: 0, pause: 0, bytes: 0 };
  const streams: { work: Iterator<undefined>; weight: number; spent: number }[] = [];
  const queue: { expression: Expression; cost: number }[] = [];
  const partial: Solution[] = [];
  const tried = new Set<Expression>();
  let best = 0;
  let solutions = 0;

  const parameters = kernel.parameters.map(({ name }) => innerName(name));
  const accept = (expression: Expression, extra: number): void => {
    const unused = parameters.filter((name) => !mentions(expression, name)).length;
    const cost = expression.cost + extra + UNUSED * unused;
    // A long queue has enough solutions.
    if (queue.length > 200 || tried.has(expression)) return;
    tried.add(expression);
    if (correctExamples(expression, kernel, examples) < examples.length) return;
    queue.push({ expression, cost });
    queue.sort((a, b) => a.cost - b.cost);
  };

  const target = seen.map(({ expected }) => expected) as Value[];
  const searched = searchedLog<Expression>();
  const checkPartial = ({ expression, values }: Entry): void => {
    if (expression.type !== result) return;
    searched.add(expression);
    if (solutions > 0) return;
    let right = 0;
    for (let k = 0; k < target.length; k++) if (equalValues(values[k], target[k])) right++;
    if (right <= best || right === target.length) return;
    best = right;
    partial.push({ expression, right });
  };

  const scheduler = {
    meter,
    start(work: Iterator<undefined>, weight: number) {
      // A new stream starts with the work of the least advanced one, else it would run alone at first.
      const least = Math.min(...streams.map(({ spent, weight }) => spent / weight));
      streams.push({ work, weight, spent: Number.isFinite(least) ? least * weight : 0 });
    },
  };
  const goal = { type: result, target, depth: 0, accept };
  const constants = [...(dates ? [DAY] : []), ...constantsOf(examples, texts, hints)];
  // Constants reduce the depth: the lean space has few constants and is deeper, the full one is wider.
  const lean = constants.filter(({ cost }) => cost === 1);
  for (const [given, share] of [
    [lean, 2],
    [constants, 1.5],
  ] as const) {
    const space = createSpace({
      leaves,
      constants: given,
      contexts: seen.length,
      components,
      fields,
      scheduler,
      weight: share,
      bodies: { sources: SOURCES },
      capacity,
      highest,
      onEntry: checkPartial,
      ...(given === lean ? { hints } : {}),
    });
    space.goals.add(goal);
    if (given !== lean) continue;
    scheduler.start(loops(leaves, space.bank, meter), 2);
    scheduler.start(folds(space.bank, hints, meter), 1);
  }

  const isOver = (): boolean => meter.work >= mostWork || streams.length === 0;
  return {
    get exhausted() {
      return isOver() && (queue.length === 0 || solutions >= MAX_SOLUTIONS) && partial.length === 0;
    },
    get work() {
      return meter.work;
    },
    get searched() {
      return searched.searched;
    },
    advance(work) {
      const end = meter.work + work;
      while (meter.work < end && !isOver() && solutions < MAX_SOLUTIONS) {
        let next = 0;
        for (let at = 1; at < streams.length; at++) {
          const [a, b] = [streams[at], streams[next]];
          if (a && b && a.spent / a.weight < b.spent / b.weight) next = at;
        }
        const stream = streams[next];
        if (stream === undefined) break;
        const before = meter.work;
        meter.pause = before + TURN;
        const { done } = stream.work.next();
        stream.spent += meter.work - before;
        if (done) streams.splice(next, 1);
      }
    },
    take(count) {
      const ready: Solution[] = [];
      while (ready.length < count && solutions < MAX_SOLUTIONS) {
        const first = queue[0];
        if (first === undefined) break;
        if (!isOver() && meter.work < RELEASE * GROWTH ** first.cost) break;
        queue.shift();
        solutions++;
        ready.push({ expression: first.expression, right: examples.length });
      }
      if (solutions > 0) partial.length = 0;
      else ready.push(...partial.splice(0, count - ready.length));
      return ready;
    },
  };
}

/** Two to four numbers are also offered as a list: `[a, b, c]`. */
function tupleOf(leaves: readonly Leaf[]): Leaf | undefined {
  const numbers = leaves.filter(({ expression }) => expression.type === "number");
  if (numbers.length < 2 || numbers.length > 4) return undefined;
  const form = {
    print: (...args: string[]) => `[${args.join(", ")}]`,
    apply: (...args: Value[]) => args as readonly number[],
  };
  const parts = numbers.map(({ expression }) => expression);
  const rows = (numbers[0] as Leaf).values.map((_, k) =>
    numbers.map(({ values }) => values[k] as number),
  );
  return { expression: compose(form, parts, "number[]", 2 - parts.length), values: rows };
}

/** The number of examples on which an expression is correct. */
function correctExamples(
  expression: Expression,
  kernel: Kernel,
  examples: readonly Example[],
): number {
  let right = 0;
  for (const { input, expected } of examples) {
    const environment = Object.fromEntries(
      kernel.parameters.map(({ name }, at) => [innerName(name), input[at] as Value]),
    );
    if (equalValues(evaluate(expression, environment), expected)) right++;
  }
  return right;
}

function distinct(examples: readonly Example[]): readonly Example[] {
  const seen = new Map(examples.map((example) => [JSON.stringify(example.input), example]));
  return [...seen.values()];
}
