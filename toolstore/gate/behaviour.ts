/** Compares the behaviour of two tools, whatever their names. */
import type { Execution } from "../../src/core/execution.ts";
import { canonicalJson, type Json, sameJson } from "../../src/core/json.ts";
import type { Random } from "../../src/core/random.ts";

export interface Agreement {
  readonly duplicate: boolean;
  /** Inputs on which both returned the same value. */
  readonly agreed: number;
  /** Inputs on which at least one returned. */
  readonly compared: number;
}

/** Fewer equal answers may be a coincidence. */
const LEAST_AGREED = 8;
const LEAST_DISTINCT = 3;

/**
 * Whether two tools that were run on the same inputs, in the same order, behave the same: they return
 * the same value on every input on which at least one returns, on at least 8 inputs and with at least
 * 3 different answers (two predicates that always answer yes are not yet duplicates).
 *
 * @param tolerance Distance within which numbers count as equal.
 * @throws RangeError if the lists differ in length.
 */
export function behaviouralDuplicate(
  left: readonly Execution[],
  right: readonly Execution[],
  tolerance = 0,
): Agreement {
  if (left.length !== right.length) {
    throw new RangeError(
      `both tools must be run on the same inputs, got ${left.length} and ${right.length}`,
    );
  }
  const answers = new Set<string>();
  let agreed = 0;
  let compared = 0;
  left.forEach((a, index) => {
    const z = right[index] as Execution;
    if (a.status !== "returned" && z.status !== "returned") return;
    compared++;
    if (a.status !== "returned" || z.status !== "returned") return;
    if (!sameJson(a.output, z.output, tolerance)) return;
    agreed++;
    answers.add(canonicalJson(a.output));
  });
  const enough = agreed >= LEAST_AGREED && answers.size >= LEAST_DISTINCT;
  return { duplicate: enough && agreed === compared, agreed, compared };
}

/**
 * Inputs for comparing two tools: the examples and random variations of them.
 *
 * @param examples Argument lists from both tools' cases.
 * @param count Number of variations, drawn with `random`.
 */
export function probeInputs(
  examples: readonly (readonly Json[])[],
  count: number,
  random: Random,
): (readonly Json[])[] {
  const inputs = new Map<string, readonly Json[]>();
  for (const example of examples) inputs.set(canonicalJson(example), example);
  if (examples.length === 0) return [];
  for (let i = 0; i < count; i++) {
    const example = examples[random.integer(examples.length)] as readonly Json[];
    const varied = example.map((argument) => vary(argument, random));
    inputs.set(canonicalJson(varied), varied);
  }
  return [...inputs.values()];
}

/** A value of the same shape. */
function vary(value: Json, random: Random): Json {
  if (typeof value === "number") {
    const moved = value + (random.integer(21) - 10) * Math.max(1, Math.abs(value) / 10);
    return Number.isInteger(value) ? Math.round(moved) : moved;
  }
  if (typeof value === "string") {
    const letters = [...value];
    if (letters.length < 2) return value;
    const from = random.integer(letters.length);
    return [...letters.slice(from), ...letters.slice(0, from)].join("");
  }
  if (typeof value === "boolean") return random.integer(2) === 0;
  if (value === null) return null;
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => vary(item, random));
    return items.length > 1 && random.integer(4) === 0 ? items.slice(1) : items;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, vary(item, random)]));
}
