/**
 * Expressions of the enumeration: trees of forms, each with a cost, a printed text and an evaluation.
 *
 * `evaluate` interprets an expression over an `Environment`; the printed text is JavaScript that
 * computes the same. Lambda bodies are expressions over further variables.
 */
import type { Type, Value, ValueOf } from "./values.ts";
import { bounded } from "./values.ts";

export type Environment = Readonly<Record<string, Value | undefined>>;

export interface Form {
  /** Compound arguments are already in parentheses. */
  readonly print: (...args: string[]) => string;
  /** A result of undefined means no value. Absent for variables and forms with a body. */
  readonly apply?: (...args: Value[]) => Value | undefined;
  /** For forms whose last argument is a body: the evaluation, which calls the body. */
  readonly bind?: (args: readonly Value[], call: Call, given: Environment) => Value | undefined;
  /** The name of a variable. */
  readonly variable?: string;
  /** A function that the printed text calls; defined once before the entry. */
  readonly helper?: string;
}

/** Calls the body with these variables set. */
export type Call = (variables: Environment) => Value | undefined;

export interface Expression {
  readonly form: Form;
  readonly args: readonly Expression[];
  readonly type: Type;
  /** The sum over its nodes, at least 1. */
  readonly cost: number;
}

/** A first-order form with its parameter and result types. */
export interface Component extends Form {
  readonly name: string;
  readonly takes: readonly Type[];
  readonly gives: Type;
  readonly cost: number;
  readonly apply: (...args: Value[]) => Value | undefined;
  /** Highest level of each argument; default: no limit. */
  readonly levels: readonly number[];
  readonly commutes: boolean;
}

export interface ComponentOptions {
  readonly cost?: number;
  readonly levels?: readonly number[];
  readonly commutes?: boolean;
  readonly helper?: string;
}

export function component<const T extends readonly Type[], G extends Type>(
  name: string,
  takes: T,
  gives: G,
  print: (...args: string[]) => string,
  apply: (...args: { [K in keyof T]: ValueOf[T[K]] }) => ValueOf[G] | undefined,
  { cost = 1, levels = [], commutes = false, helper }: ComponentOptions = {},
): Component {
  return {
    name,
    takes,
    gives,
    cost,
    levels,
    commutes,
    print,
    // The bank passes arguments of the types in `takes`.
    apply: apply as unknown as Component["apply"],
    ...(helper === undefined ? {} : { helper }),
  };
}

export function variable(name: string, type: Type, cost = 1): Expression {
  return { form: { print: () => name, variable: name }, args: [], type, cost };
}

/** Names that printed lambdas and helpers bind: a parameter with such a name gets an alias. */
const BOUND = new Set(
  "n text words value marks sizes names item index each at all rest a b total sum _ erase largestBy smallestBy sortBy sortByText uniqueBy zipRecord sumBy countBy groupBy recordOf Math Number String Array Object Date".split(
    " ",
  ),
);

/** A parameter's name within expressions. */
export function innerName(parameter: string): string {
  return BOUND.has(parameter) ? `${parameter}Given` : parameter;
}

export function constant(value: Value, type: Type, cost = 1): Expression {
  // A number without parentheses can neither have a method call nor follow a minus sign.
  const text = type === "number" ? `(${value})` : JSON.stringify(value);
  return { form: { print: () => text, apply: () => value }, args: [], type, cost };
}

export function compose(form: Form, args: readonly Expression[], type: Type, own = 1): Expression {
  let cost = own;
  for (const arg of args) cost += arg.cost;
  return { form, args, type, cost };
}

export function evaluate({ form, args }: Expression, environment: Environment): Value | undefined {
  if (form.variable !== undefined) return environment[form.variable];
  if (form.bind !== undefined) {
    const values: Value[] = [];
    for (const arg of args.slice(0, -1)) {
      const value = evaluate(arg, environment);
      if (value === undefined) return undefined;
      values.push(value);
    }
    const body = args[args.length - 1] as Expression;
    const call: Call = (variables) => evaluate(body, { ...environment, ...variables });
    return bounded(form.bind(values, call, environment));
  }
  if (form === CONDITIONAL) {
    const [test, yes, no] = args as [Expression, Expression, Expression];
    const chosen = evaluate(test, environment);
    return chosen === undefined ? undefined : evaluate(chosen ? yes : no, environment);
  }
  if (form === AND || form === OR) {
    const [first, second] = args as [Expression, Expression];
    const value = evaluate(first, environment);
    if (value === undefined || value === (form === OR)) return value;
    return evaluate(second, environment);
  }
  const values: Value[] = [];
  for (const arg of args) {
    const value = evaluate(arg, environment);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return bounded(form.apply?.(...values));
}

/** `test ? yes : no`; lazy, as in JavaScript. */
export const CONDITIONAL: Form = { print: (test, yes, no) => `${test} ? ${yes} : ${no}` };
export const AND: Form = { print: (a, b) => `${a} && ${b}` };
export const OR: Form = { print: (a, b) => `${a} || ${b}` };
export const NOT: Form = { print: (a) => `!${a}`, apply: (a) => !a };

/** With parentheses around every compound argument: the syntax tree printer removes the unnecessary ones. */
export function textOf({ form, args }: Expression): string {
  return form.print(
    ...args.map((arg) => (arg.args.length === 0 ? textOf(arg) : `(${textOf(arg)})`)),
  );
}

export function mentions({ form, args }: Expression, name: string): boolean {
  return form.variable === name || args.some((arg) => mentions(arg, name));
}

/** The helpers that the printed text calls, each once. */
export function helpersOf(expression: Expression, found = new Set<string>()): ReadonlySet<string> {
  if (expression.form.helper !== undefined) found.add(expression.form.helper);
  for (const arg of expression.args) helpersOf(arg, found);
  return found;
}
