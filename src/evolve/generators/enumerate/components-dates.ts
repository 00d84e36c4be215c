/**
 * Components for dates: days of the Gregorian calendar as texts YYYY-MM-DD, as milliseconds since
 * 1970 (UTC), and as their parts. They are used if the inputs contain dates or years.
 */
import { type Component, component, compose, constant } from "./expression.ts";
import type { Leaf } from "./leaf.ts";

const N = "number";
const S = "string";

export const ISO_DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_NAME = /date|day|month|year|born|birth/i;
/** The range of `Date`, in milliseconds before and after 1970. */
const MAX_MS = 8.64e15;

const DAY_MS = 86_400_000;
export const DAY = constant(DAY_MS, "number", 1);

/** Only midnights: else any small number would be a time in 1970, with meaningless parts. */
const valid = (ms: number): boolean => ms % DAY_MS === 0 && Math.abs(ms) <= MAX_MS;

/** Places of year, month and day in a text. */
const PARTS = [
  [0, 4],
  [5, 7],
  [8, 10],
] as const;

const getter = (name: string, part: (date: Date) => number): Component =>
  component(
    name,
    [N],
    N,
    (ms) => `new Date(${ms}).${name}()`,
    (ms) => (valid(ms) ? part(new Date(ms)) : undefined),
  );

export const DATES: readonly Component[] = [
  component(
    "parse date",
    [S],
    N,
    (s) => `Date.parse(${s})`,
    (s) => (ISO_DATE.test(s) ? Date.parse(s) : undefined),
  ),
  component(
    "date text",
    [N],
    S,
    (ms) => `new Date(${ms}).toISOString().slice(0, 10)`,
    (ms) => {
      // Years with more than four digits have another text format.
      if (!valid(ms)) return undefined;
      const text = new Date(ms).toISOString().slice(0, 10);
      return ISO_DATE.test(text) ? text : undefined;
    },
    { cost: 2 },
  ),
  component(
    "UTC",
    [N, N, N],
    N,
    (year, month, day) => `Date.UTC(${year}, ${month}, ${day})`,
    (year, month, day) => {
      const whole = [year, month, day].every(Number.isInteger);
      return whole && year >= 100 && year < 10_000 && Math.abs(month) < 100 && Math.abs(day) < 1e5
        ? Date.UTC(year, month, day)
        : undefined;
    },
    { levels: [3, 3, 3] },
  ),
  getter("getUTCFullYear", (date) => date.getUTCFullYear()),
  getter("getUTCMonth", (date) => date.getUTCMonth()),
  getter("getUTCDate", (date) => date.getUTCDate()),
  getter("getUTCDay", (date) => date.getUTCDay()),
];

/** Year, month (from 1) and day of each date among the leaves. */
export function dateLeaves(leaves: readonly Leaf[]): readonly Leaf[] {
  return leaves.flatMap(({ expression, values }) => {
    if (expression.type !== "string") return [];
    if (!values.every((value) => typeof value === "string" && ISO_DATE.test(value))) return [];
    return PARTS.map(([from, to]): Leaf => {
      const form = {
        print: (text = "") => `Number(${text}.slice(${from}, ${to}))`,
        apply: (text?: unknown) => Number((text as string).slice(from, to)),
      };
      return {
        expression: compose(form, [expression], N),
        values: values.map((value) => form.apply(value)),
      };
    });
  });
}

/** Whether the inputs contain dates, or integers with a name such as "year" or "month". */
export function hasDates(
  names: readonly string[],
  inputs: readonly (readonly unknown[])[],
): boolean {
  return names.some((name, at) => {
    const values = inputs.map((input) => input[at]);
    if (values.every((value) => typeof value === "string" && ISO_DATE.test(value))) return true;
    return DATE_NAME.test(name) && values.every(Number.isInteger);
  });
}
