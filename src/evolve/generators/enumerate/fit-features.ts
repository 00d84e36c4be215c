/** The numbers over which terms are lines: the inputs, their products, quotients and percentages. */
import type { Expression } from "./expression.ts";
import type { Hints } from "./hints.ts";
import type { Leaf } from "./leaf.ts";
import { applied, literal } from "./parts.ts";

export interface Feature {
  readonly expression: Expression;
  readonly values: readonly number[];
  readonly cost: number;
  /** Whether thresholds on it are tests. */
  readonly isInput: boolean;
  /** The number of started or full units of an input. */
  readonly units?: { readonly of: Expression; readonly size: number };
}

const MAX_INPUTS = 4;
const STEPS = /\b(started|each|every|per|full|complete|begun|rounded (up|down))\b/i;
/** The cost of steps that the words do not speak of: they fit much by chance. */
const UNSAID = 4;

export function featuresOf(leaves: readonly Leaf[], hints: Hints): readonly Feature[] {
  const inputs = inputsOf(leaves);
  const made = inputs.flatMap((a) => [
    combine("*", a, a, 1),
    ...stepsOf(a, hints),
    ...inputs.flatMap((b) => (a === b ? [] : pairsOf(a, b, inputs, hints))),
  ]);
  return [...inputs, ...made.filter(isUsable)];
}

/** Numbers, and the lengths of texts and lists. */
function inputsOf(leaves: readonly Leaf[]): readonly Feature[] {
  const inputs = leaves.map(({ expression, values }): Feature => {
    const { type } = expression;
    if (type === "number") {
      return { expression, values: values as number[], cost: 1, isInput: true };
    }
    const name = type === "string" ? "length" : `length ${type}`;
    const lengths = values.map((value) => (value as string | undefined)?.length as number);
    return type === "string" || type.endsWith("[]")
      ? { expression: applied(name, expression), values: lengths, cost: 2, isInput: true }
      : { expression, values: [], cost: 0, isInput: true };
  });
  return inputs.filter(isUsable).slice(0, MAX_INPUTS);
}

function isUsable({ values }: Feature): boolean {
  return values.some((value) => value !== values[0]) && values.every(Number.isFinite);
}

/** Started and full units, e.g. each hour of a parking time, and what is left of them. */
function stepsOf(a: Feature, hints: Hints): readonly Feature[] {
  const sizes = hints.numbers.filter((value) => value > 1 && Number.isInteger(value));
  const unsaid = hints.mentions(STEPS) ? 1 : UNSAID;
  const costs = { ceil: unsaid, floor: unsaid };
  if (hints.rounding === "ceil" || hints.rounding === "floor") costs[hints.rounding] = 0.5;
  const units = (size: number, name: "ceil" | "floor"): Feature => {
    const { expression, values } = combine("/", a, fixed(a, size));
    return {
      expression: applied(name, expression),
      values: values.map(name === "ceil" ? Math.ceil : Math.floor),
      cost: a.cost + costs[name],
      isInput: false,
      units: { of: a.expression, size },
    };
  };
  const left = (of: Feature, size: number): Feature => ({
    ...combine("%", of, fixed(a, size)),
    cost: of.cost + 1,
  });
  return sizes.flatMap((size) => [
    units(size, "ceil"),
    units(size, "floor"),
    left(a, size),
    ...sizes.map((other) => left(units(size, "floor"), other)),
  ]);
}

function pairsOf(
  a: Feature,
  b: Feature,
  inputs: readonly Feature[],
  hints: Hints,
): readonly Feature[] {
  const percent = combine("/", b, fixed(b, 100));
  const more = combine("+", fixed(b, 1), percent, 1);
  const [low, high] = [Math.min(...a.values), Math.max(...a.values)];
  const limits = hints.numbers.filter((limit) => low < limit && limit < high);
  return [
    ...(inputs.indexOf(a) < inputs.indexOf(b) ? [combine("*", a, b)] : []),
    combine("/", a, b),
    combine("/", a, combine("*", b, b, 1)),
    combine("*", a, more),
    combine("*", a, combine("-", fixed(b, 1), percent, 1)),
    ...inputs.flatMap((c) =>
      c === a || c === b ? [] : [combine("*", a, combine("pow", more, c))],
    ),
    // What is above a limit, e.g. hours beyond 40, at the rate of the other number.
    ...limits.map((limit) => combine("*", combine("-", a, fixed(a, limit)), b, 1)),
  ];
}

function combine(name: string, a: Feature, b: Feature, more = 0): Feature {
  const expression = applied(name, a.expression, b.expression);
  const apply = expression.form.apply as (x: number, y: number) => number;
  const values = a.values.map((x, k) => apply(x, b.values[k] as number));
  return { expression, values, cost: a.cost + b.cost + more, isInput: false };
}

function fixed(like: Feature, value: number): Feature {
  const values = like.values.map(() => value);
  return { expression: literal(value), values, cost: 0, isInput: false };
}
