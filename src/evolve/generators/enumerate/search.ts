/**
 * The search for one function: spaces that grow side by side, solutions by cost, partial ones.
 *
 * Work is shared out in small turns to whatever has had least for its weight, and counted in values
 * computed: equal examples give equal searches. A solution waits until the work done befits its
 * cost, so that a long one found early by chance lets a shorter one come first.
 */
import type { Kernel } from "../../../core/task.ts";
import type { Entry, Meter } from "./bank.ts";
import { DAY, hasDates } from "./components-dates.ts";
import { componentsFor, withTexts } from "./components-for.ts";
import { fieldLeaves, fieldsOf } from "./components-records.ts";
import { constantsOf, type Example } from "./constants.ts";
import { compose, type Expression, evaluate, innerName, variable } from "./expression.ts";
import type { Leaf } from "./leaf.ts";
import { loops } from "./loops.ts";
import { createSpace } from "./space.ts";
import { commonType, equalValues, type Type, type Value, type Vector } from "./values.ts";

export interface SearchOptions {
  /** Entries kept of each type, outside of lambda bodies. */
  readonly capacity: number;
  /** Highest cost of an expression that is enumerated as a whole. */
  readonly highest: number;
  /** Work after which the search ends. */
  readonly mostWork: number;
}

export interface Found {
  readonly expression: Expression;
  /** Examples on which it is right. */
  readonly right: number;
}

export interface Search {
  /** Nothing is left to do, or there was nothing to begin with. */
  readonly exhausted: boolean;
  readonly work: number;
  /** @param work Values to compute, about. */
  advance(work: number): void;
  /** Whatever is new: right on all examples, cheapest first; else better than anything before. */
  take(count: number): readonly Found[];
}

/** Contexts of the outer space; all examples decide in the end. */
const MOST_CONTEXTS = 24;
const TURN = 20_000;
const SOURCES = 8;
/** A solution of cost c is due after RELEASE * GROWTH ** c values. */
const RELEASE = 300_000;
const GROWTH = 1.27;
/** Solutions handed out in all: the shortest ones of different behaviour elsewhere. */
const MOST_SOLUTIONS = 12;

export function createSearch(
  kernel: Kernel,
  given: readonly Example[],
  { capacity, highest, mostWork }: SearchOptions,
): Search | undefined {
  const examples = distinct(given);
  const result = commonType(examples.map(({ expected }) => expected));
  if (examples.length === 0 || result === undefined) return undefined;
  const seen = examples.slice(0, MOST_CONTEXTS);
  const leaves: Leaf[] = [];
  for (const [at, { name }] of kernel.parameters.entries()) {
    const values = seen.map(({ input }) => input[at]);
    const type = commonType(values);
    if (type !== undefined)
      leaves.push({ expression: variable(innerName(name), type), values: values as Vector });
  }
  const tuple = tupleOf(leaves);
  const fields = fieldsOf(seen.map(({ input }) => input));
  leaves.push(...leaves.flatMap((leaf) => fieldLeaves(leaf, fields)));
  if (tuple !== undefined) leaves.push(tuple);
  const types = new Set<Type>([result, ...leaves.map(({ expression }) => expression.type)]);
  const names = kernel.parameters.map(({ name }) => name);
  const dates = hasDates(
    names,
    seen.map(({ input }) => input),
  );
  const components = componentsFor({ types, dates, fields });
  const texts = withTexts({ types, fields });

  const meter: Meter = { work: 0, pause: 0, kept: 0 };
  const running: { work: Iterator<undefined>; weight: number; spent: number }[] = [];
  const waiting: { expression: Expression; cost: number }[] = [];
  const better: Found[] = [];
  const tried = new Set<Expression>();
  let best = 0;
  let solutions = 0;

  const accept = (expression: Expression, extra: number): void => {
    const cost = expression.cost + extra;
    // What is far behind the best one would only crowd the queue.
    if (waiting.length > 200 || tried.has(expression)) return;
    tried.add(expression);
    if (rightOn(expression, kernel, examples) < examples.length) return;
    waiting.push({ expression, cost });
    waiting.sort((a, b) => a.cost - b.cost);
  };

  const target = seen.map(({ expected }) => expected) as Value[];
  const note = ({ expression, values }: Entry): void => {
    if (expression.type !== result || solutions > 0) return;
    let right = 0;
    for (let k = 0; k < target.length; k++) if (equalValues(values[k], target[k])) right++;
    if (right <= best || right === target.length) return;
    best = right;
    better.push({ expression, right });
  };

  const streams = {
    meter,
    start(work: Iterator<undefined>, weight: number) {
      // A newcomer owes what the others have had, else it would run alone.
      const least = Math.min(...running.map(({ spent, weight }) => spent / weight));
      running.push({ work, weight, spent: Number.isFinite(least) ? least * weight : 0 });
    },
  };
  const goal = { type: result, target, depth: 0, accept };
  const constants = [...(dates ? [DAY] : []), ...constantsOf(examples, texts)];
  // Constants cost depth: a lean space goes deeper, a full one wider.
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
      streams,
      weight: share,
      bodies: { sources: SOURCES },
      capacity,
      highest,
      onEntry: note,
    });
    space.goals.add(goal);
    if (given === lean) streams.start(loops(leaves, space.bank, meter), 2);
  }

  const isOver = (): boolean => meter.work >= mostWork || running.length === 0;
  return {
    get exhausted() {
      return (
        isOver() && (waiting.length === 0 || solutions >= MOST_SOLUTIONS) && better.length === 0
      );
    },
    get work() {
      return meter.work;
    },
    advance(work) {
      const end = meter.work + work;
      while (meter.work < end && !isOver() && solutions < MOST_SOLUTIONS) {
        let next = 0;
        for (let at = 1; at < running.length; at++) {
          const [a, b] = [running[at], running[next]];
          if (a && b && a.spent / a.weight < b.spent / b.weight) next = at;
        }
        const stream = running[next];
        if (stream === undefined) break;
        const before = meter.work;
        meter.pause = before + TURN;
        const { done } = stream.work.next();
        stream.spent += meter.work - before;
        if (done) running.splice(next, 1);
      }
    },
    take(count) {
      const ready: Found[] = [];
      while (ready.length < count && solutions < MOST_SOLUTIONS) {
        const first = waiting[0];
        if (first === undefined) break;
        if (!isOver() && meter.work < RELEASE * GROWTH ** first.cost) break;
        waiting.shift();
        solutions++;
        ready.push({ expression: first.expression, right: examples.length });
      }
      if (solutions > 0) better.length = 0;
      else ready.push(...better.splice(0, count - ready.length));
      return ready;
    },
  };
}

/** Two to four numbers together are a list as well: `[a, b, c]`. */
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

/** Texts come in where there are any, and lists with them: their pieces are lists. */
function rightOn(expression: Expression, kernel: Kernel, examples: readonly Example[]): number {
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
