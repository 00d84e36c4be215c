/** Components by name, for expressions that are composed directly and not by enumeration. */
import { NUMBERS, TESTS } from "./components.ts";
import { BETWEEN } from "./components-between.ts";
import { DATES } from "./components-dates.ts";
import { NUMBER_LISTS, TEXT_LISTS } from "./components-lists.ts";
import { NAMED } from "./components-named.ts";
import { RECORDS } from "./components-records.ts";
import { TEXTS } from "./components-text.ts";
import { type Component, compose, constant, type Expression } from "./expression.ts";

const PARTS = new Map<string, Component>(
  [
    ...NUMBERS,
    ...TESTS,
    ...TEXTS,
    ...BETWEEN,
    ...NUMBER_LISTS,
    ...TEXT_LISTS,
    ...RECORDS,
    ...DATES,
    ...NAMED,
  ].map((each) => [each.name, each]),
);

/** @throws RangeError if there is none with this name. */
export function componentNamed(name: string): Component {
  const part = PARTS.get(name);
  if (part === undefined) throw new RangeError(`no component ${name}`);
  return part;
}

export function applied(name: string, ...args: Expression[]): Expression {
  const part = componentNamed(name);
  return compose(part, args, part.gives, part.cost);
}

export function literal(value: number | string | boolean): Expression {
  const type = typeof value as "number" | "string" | "boolean";
  return constant(value, type, typeof value === "number" ? costOfNumber(value) : 1);
}

/** Small and round numbers are more likely than others. */
export function costOfNumber(value: number): number {
  if (value === 0 || value === 1 || value === 2) return 1;
  if (!Number.isInteger(value)) return 3 + String(value).length;
  return Math.abs(value) <= 10 || value % 10 === 0 ? 2 : 3;
}
