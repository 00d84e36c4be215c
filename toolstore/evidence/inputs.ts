/**
 * Inputs near those of the cases: each is a given input with one or two arguments changed, or arguments
 * of several given inputs together. They are the questions on which fitting programs may disagree.
 */
import { canonicalJson, type Json } from "../../src/core/json.ts";
import type { Random } from "../../src/core/random.ts";
import type { Probe } from "./doubts.ts";
import { type Variant, variantsOf } from "./variants.ts";

/**
 * @param given Argument lists of the cases.
 * @param count Approximate maximum number of inputs.
 * @returns New inputs only, each once, the least odd first.
 */
export function nearbyInputs(
  given: readonly (readonly Json[])[],
  count: number,
  random: Random,
): readonly Probe[] {
  const known = new Set(given.map(canonicalJson));
  const found = new Map<string, Probe>();
  const add = (args: readonly Json[], oddness: number): void => {
    const key = canonicalJson(args);
    if (known.has(key)) return;
    const before = found.get(key);
    if (before === undefined || oddness < before.oddness) found.set(key, { args, oddness });
  };
  const arity = Math.max(0, ...given.map((args) => args.length));
  const positions = Array.from({ length: arity }, (_, at) =>
    given.flatMap((args) => (at < args.length ? [args[at] as Json] : [])),
  );
  const variants = positions.map((values) => variantsOf(values, random));
  const draw = (at: number): Variant | undefined => {
    const own = variants[at] ?? [];
    return own.length === 0 ? undefined : random.pick(own);
  };

  // Every variant once, in an input that is otherwise as given.
  for (const [at, own] of variants.entries()) {
    for (const { value, oddness } of own) {
      const args = random.pick(given.filter((each) => at < each.length));
      add(args.with(at, value), oddness);
    }
  }
  if (arity > 1) {
    for (let round = 0; round < count; round++) {
      const base = random.pick(given);
      // Arguments of different cases, as they are.
      add(
        base.map((value, at) =>
          random.integer(2) === 0 ? value : random.pick(positions[at] ?? [value]),
        ),
        0,
      );
      const drawn = base.map((value, at): Variant => draw(at) ?? { value, oddness: 0 });
      add(
        drawn.map(({ value }) => value),
        drawn.reduce((sum, { oddness }) => sum + oddness, 0),
      );
    }
  }
  return evenly([...found.values()], count);
}

/** The least odd half, and an even choice of the others. */
function evenly(probes: readonly Probe[], count: number): readonly Probe[] {
  const sorted = probes.toSorted((a, b) => a.oddness - b.oddness);
  if (sorted.length <= count) return sorted;
  const half = Math.floor(count / 2);
  const rest = sorted.slice(half);
  const step = rest.length / (count - half);
  return [
    ...sorted.slice(0, half),
    ...Array.from({ length: count - half }, (_, at) => rest[Math.floor(at * step)] as Probe),
  ];
}

/**
 * Smaller inputs than this one: with one element, letter or field less, or a smaller number. They have
 * its oddness.
 */
export function smallerInputs({ args, oddness }: Probe): readonly Probe[] {
  return args.flatMap((value, at) =>
    smaller(value).map((less) => ({ args: args.with(at, less), oddness })),
  );
}

function smaller(value: Json): readonly Json[] {
  if (typeof value === "number") {
    if (Number.isInteger(value)) return Math.abs(value) > 9 ? [Math.trunc(value / 10)] : [];
    return [Number(value.toFixed(1))].filter((less) => less !== value);
  }
  if (typeof value === "string") {
    const letters = [...value];
    const words = value.split(" ");
    const without = (list: readonly string[], joint: string): string[] =>
      list.length < 2 || list.length > 24
        ? []
        : list.map((_, at) => list.toSpliced(at, 1).join(joint));
    return [...(words.length > 1 ? without(words, " ") : []), ...without(letters, "")];
  }
  if (value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    return [
      ...items.map((_, at) => items.toSpliced(at, 1)),
      ...items.flatMap((item, at) =>
        smaller(item)
          .slice(0, 4)
          .map((less) => items.with(at, less)),
      ),
    ];
  }
  return [];
}
