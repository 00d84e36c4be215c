/**
 * Splits a goal into parts: the fields of a record, or the parts of a text between constant pieces.
 * Each part is a separate goal; when all parts are found, they are combined.
 */
import { compose, constant, type Expression, type Form } from "./expression.ts";
import type { Goal } from "./goal.ts";
import { applied } from "./parts.ts";
import {
  commonType,
  isRecord,
  type RecordValue,
  type Type,
  type Value,
  type Vector,
} from "./values.ts";

export interface Part {
  readonly type: Type;
  readonly target: Vector;
}

export interface SplitGoal {
  readonly parts: readonly Part[];
  readonly make: (found: readonly Expression[]) => Expression;
}

const MAX_PARTS = 8;
/** Discount on the combined cost: parts that are each correct are not an accident. */
const DISCOUNT = 0.8;
/** Runs of digits, runs of letters, and single other characters. */
const TOKENS = /\d+|\p{L}+|[^\d\p{L}]/gu;

/** @returns Parts whose solutions make the goal; undefined if it cannot be split. */
export function splitGoal({ type, target }: Goal): SplitGoal | undefined {
  if (type === "record") return fields(target) ?? dictionary(target);
  return type === "string" ? template(target as readonly string[]) : undefined;
}

/** The goals of the parts. The combined expression is accepted when all parts are found, and again when one becomes cheaper. */
export function partGoals(goal: Goal, { parts, make }: SplitGoal): readonly Goal[] {
  const found: (Expression | undefined)[] = parts.map(() => undefined);
  return parts.map(({ type, target }, at) => ({
    type,
    target,
    depth: goal.depth + 1,
    accept(expression, extra) {
      const before = found[at];
      if (before !== undefined && before.cost <= expression.cost) return;
      found[at] = expression;
      const known = found.filter((each) => each !== undefined);
      if (known.length < parts.length) return;
      const whole = make(known);
      const longest = Math.max(...known.map(({ cost }) => cost));
      goal.accept(whole, extra - DISCOUNT * (whole.cost - longest));
    },
  }));
}

/** Records with the same fields, each of one type. */
function fields(target: Vector): SplitGoal | undefined {
  const records = target as readonly RecordValue[];
  if (!records.every(isRecord)) return undefined;
  const names = Object.keys(records[0] ?? {});
  if (names.length === 0 || names.length > MAX_PARTS) return undefined;
  if (records.some((each) => Object.keys(each).length !== names.length)) return undefined;
  const parts: Part[] = [];
  for (const name of names) {
    if (records.some((each) => !Object.hasOwn(each, name))) return undefined;
    const values = records.map((each) => each[name]) as Value[];
    const type = commonType(values);
    if (type === undefined) return undefined;
    parts.push({ type, target: values });
  }
  const form: Form = {
    print: (...args) =>
      `({ ${names.map((name, at) => `${keyText(name)}: ${args[at]}`).join(", ")} })`,
    apply: (...args) => Object.fromEntries(names.map((name, at) => [name, args[at]])),
  };
  return { parts, make: (found) => compose(form, found, "record") };
}

/** In a literal, a plain key of this name would set the prototype. */
function keyText(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : JSON.stringify(name);
}

/** Records with names that differ: their names and their values, as two lists. */
function dictionary(target: Vector): SplitGoal | undefined {
  const records = target as readonly RecordValue[];
  if (!records.every(isRecord)) return undefined;
  const values = records.map((each) => Object.values(each)) as Value[];
  const type = commonType(values);
  if (type !== "number[]" && type !== "string[]") return undefined;
  const names = records.map((each) => Object.keys(each));
  return {
    parts: [
      { type: "string[]", target: names },
      { type, target: values },
    ],
    make: (found) => applied(type === "number[]" ? "zip numbers" : "zip texts", ...found),
  };
}

/** Texts with constant pieces between parts that differ. */
function template(texts: readonly string[]): SplitGoal | undefined {
  const rows = texts.map((text) => text.match(TOKENS) ?? []);
  const [first = []] = rows;
  if (first.length < 3 || rows.some((row) => row.length !== first.length)) return undefined;
  /** A constant text, or the values of a part. */
  const pieces: (string | string[])[] = [];
  for (const [at, token] of first.entries()) {
    const column = rows.map((row) => row[at] as string);
    const last = pieces.at(-1);
    if (column.every((each) => each === token)) {
      if (typeof last === "string") pieces[pieces.length - 1] = last + token;
      else pieces.push(token);
    } else if (Array.isArray(last)) {
      pieces[pieces.length - 1] = last.map((each, k) => each + column[k]);
    } else pieces.push(column);
  }
  const holes = pieces.filter((piece) => typeof piece !== "string");
  if (holes.length < 2 || holes.length > MAX_PARTS || holes.length === pieces.length) {
    return undefined;
  }
  return {
    parts: holes.map((values): Part => ({ type: "string", target: values })),
    make(found) {
      let next = 0;
      return pieces
        .map((piece) =>
          typeof piece === "string" ? constant(piece, "string", 1) : (found[next++] as Expression),
        )
        .reduce((before, each) => applied("+text", before, each));
    },
  };
}
