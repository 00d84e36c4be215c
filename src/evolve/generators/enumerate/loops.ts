/**
 * Loops over small states, for functions that no chain of list operations can express.
 *
 * Two numbers that are updated until one is 0 or for a given number of rounds; and a number that is
 * updated until it is small, with a count. The updates are simple expressions over the state.
 */
import type { Bank, Meter } from "./bank.ts";
import { compose, constant, type Expression, type Form } from "./expression.ts";
import type { Leaf } from "./leaf.ts";

const MAX_ROUNDS = 2_000;

interface Step {
  readonly text: string;
  readonly of: (a: number, b: number) => number;
}

const STEPS: readonly Step[] = [
  { text: "a", of: (a) => a },
  { text: "b", of: (_, b) => b },
  { text: "a + b", of: (a, b) => a + b },
  { text: "a % b", of: (a, b) => a % b },
  { text: "a - b", of: (a, b) => a - b },
  { text: "Math.abs(a - b)", of: (a, b) => Math.abs(a - b) },
  { text: "a * b", of: (a, b) => a * b },
  { text: "a + 1", of: (a) => a + 1 },
  { text: "b - 1", of: (_, b) => b - 1 },
  { text: "a * 2", of: (a) => a * 2 },
  { text: "a * 10 + (b % 10)", of: (a, b) => a * 10 + (b % 10) },
  { text: "a + (b % 10)", of: (a, b) => a + (b % 10) },
  { text: "Math.floor(b / 10)", of: (_, b) => Math.floor(b / 10) },
  { text: "Math.floor(b / 2)", of: (_, b) => Math.floor(b / 2) },
];

const COUNTED: readonly Step[] = [
  { text: "n % 2 === 0 ? n / 2 : 3 * n + 1", of: (n) => (n % 2 === 0 ? n / 2 : 3 * n + 1) },
  { text: "Math.floor(n / 2)", of: (n) => Math.floor(n / 2) },
  { text: "Math.floor(n / 10)", of: (n) => Math.floor(n / 10) },
  {
    text: "[...String(n)].reduce((sum, each) => sum + Number(each), 0)",
    of: (n) => [...String(n)].reduce((sum, each) => sum + Number(each), 0),
  },
  {
    text: "[...String(n)].reduce((product, each) => product * Number(each), 1)",
    of: (n) => [...String(n)].reduce((product, each) => product * Number(each), 1),
  },
];

/** Adds the results of all loops to the bank, one after another. */
export function* loops(leaves: readonly Leaf[], bank: Bank, meter: Meter): Generator<undefined> {
  const numbers = leaves.filter(({ expression }) => expression.type === "number");
  if (numbers.length === 0) return;
  const fixed = [0, 1].map(
    (value): Leaf => ({
      expression: constant(value, "number", 1),
      values: new Array(bank.contexts).fill(value),
    }),
  );
  const starts = [...numbers, ...fixed];
  for (const form of formsOf()) {
    const choices = form.takes.map((which) => (which === "given" ? numbers : starts));
    for (const args of product(choices)) {
      if (!args.some((leaf) => numbers.includes(leaf))) continue;
      const values = Array.from({ length: bank.contexts }, (_, k) => {
        meter.work += 20;
        return form.apply(...args.map((leaf) => leaf.values[k] as number));
      });
      const expressions = args.map(({ expression }): Expression => expression);
      bank.add(compose(form as unknown as Form, expressions, "number", form.cost), values);
      if (meter.work >= meter.pause) yield;
    }
  }
}

type LoopForm = Omit<Form, "apply"> & {
  readonly apply: (...args: number[]) => number | undefined;
  readonly takes: readonly ("given" | "any")[];
  readonly cost: number;
};

function formsOf(): readonly LoopForm[] {
  const forms: LoopForm[] = [];
  for (const [at, { text, of }] of COUNTED.entries()) {
    for (const [name, test, continues] of [
      ["Above1", "n > 1", (n: number) => n > 1],
      ["Above9", "n > 9", (n: number) => n > 9],
    ] as const) {
      forms.push(
        whileLoop(
          `rounds${name}${at}`,
          ["given"],
          4,
          (n) => [n, 0],
          (n) => continues(n),
          of,
          (_, c) => c + 1,
          1,
          (helper) =>
            `function ${helper}(start) { let n = start; let rounds = 0; while (${test}) { n = ${text}; rounds++; } return rounds; }`,
        ),
        whileLoop(
          `last${name}${at}`,
          ["given"],
          4,
          (n) => [n, 0],
          (n) => continues(n),
          of,
          (_, c) => c + 1,
          0,
          (helper) =>
            `function ${helper}(start) { let n = start; while (${test}) { n = ${text}; } return n; }`,
        ),
      );
    }
  }
  for (const [i, next] of STEPS.entries()) {
    for (const [j, other] of STEPS.entries()) {
      if (i === 0 && j === 1) continue;
      const step = `[a, b] = [${next.text}, ${other.text}];`;
      forms.push(
        whileLoop(
          `until${i}x${j}`,
          ["any", "given"],
          3,
          (a, b) => [a, b],
          (_, b) => b > 0,
          next.of,
          other.of,
          0,
          (helper) =>
            `function ${helper}(x, y) { let [a, b] = [x, y]; while (b > 0) ${step} return a; }`,
        ),
      );
      forms.push({
        takes: ["any", "any", "given"],
        cost: 3,
        print: (a, b, n) => `repeat${i}x${j}(${a}, ${b}, ${n})`,
        helper: `function repeat${i}x${j}(x, y, rounds) { let [a, b] = [x, y]; for (let round = 0; round < rounds; round++) ${step} return a; }`,
        apply: (x = 0, y = 0, rounds = 0) => {
          if (rounds > 200) return undefined;
          let [a, b] = [x, y];
          for (let round = 0; round < rounds; round++) [a, b] = [next.of(a, b), other.of(a, b)];
          return Number.isFinite(a) ? a : undefined;
        },
      });
    }
  }
  return forms;
}

function whileLoop(
  helper: string,
  takes: LoopForm["takes"],
  cost: number,
  start: (a: number, b: number) => readonly [number, number],
  continues: (a: number, b: number) => boolean,
  next: Step["of"],
  other: Step["of"],
  result: 0 | 1,
  define: (helper: string) => string,
): LoopForm {
  return {
    takes,
    cost,
    print: (...args) => `${helper}(${args.join(", ")})`,
    helper: define(helper),
    apply: (x = 0, y = 0) => {
      let [a, b] = start(x, y);
      for (let round = 0; continues(a, b); round++) {
        if (round > MAX_ROUNDS) return undefined;
        [a, b] = [next(a, b), other(a, b)];
      }
      const value = result === 0 ? a : b;
      return Number.isFinite(value) ? value : undefined;
    },
  };
}

function product(lists: readonly (readonly Leaf[])[]): readonly (readonly Leaf[])[] {
  return lists.reduce<readonly (readonly Leaf[])[]>(
    (all, list) => all.flatMap((head) => list.map((each) => [...head, each])),
    [[]],
  );
}
