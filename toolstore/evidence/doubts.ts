/**
 * Doubts: inputs on which programs that fit every case give different results, most plausible first.
 *
 * A doubt costs the oddness of its input (how far it is from what was given, in bits) and the bits by
 * which the simplest program that says otherwise is longer than the tool. What costs little may well be
 * what was meant.
 */
import type { UnsureInput } from "../../src/core/evidence.ts";
import type { Execution } from "../../src/core/execution.ts";
import { canonicalJson, type Json, sameJson } from "../../src/core/json.ts";

/** A program that fits every case. */
export interface Survivor {
  readonly source: string;
  /** Description length in bits. */
  readonly bits: number;
}

export interface Probe {
  readonly args: readonly Json[];
  /** In bits, at least 0: 0 for an input like those given. */
  readonly oddness: number;
}

/** One result of an input, and who gives it. */
export interface Offer {
  readonly result: Json;
  /** Places in the list of survivors, ascending. */
  readonly by: readonly number[];
}

/** An input that tells survivors apart. The first offer is the first survivor's. */
export interface Telling extends Probe {
  readonly offers: readonly Offer[];
  /** In bits, at least 0: see the file's head. */
  readonly cost: number;
}

/** Doubts of at most this many bits stand against trust: about one in a hundred. */
export const DOUBT_BITS = 6;
/** Maximum number of inputs that are kept with a tool. */
const MOST_UNSURE = 5;

/**
 * @param survivors The first one is the tool.
 * @param outcomes Per survivor, one execution per probe, in order.
 * @param tolerance Distance within which numbers count as equal.
 * @returns The probes on which the tool and another survivor return different results, cheapest first;
 *   of those that tell the same survivors apart, the cheapest one.
 */
export function tellingInputs(
  survivors: readonly Survivor[],
  probes: readonly Probe[],
  outcomes: readonly (readonly Execution[])[],
  tolerance = 1e-9,
): readonly Telling[] {
  const own = survivors[0]?.bits ?? 0;
  const found = probes.flatMap(({ args, oddness }, at): Telling[] => {
    const offers: { readonly result: Json; readonly by: number[] }[] = [];
    for (const [index, executions] of outcomes.entries()) {
      const execution = executions[at];
      if (execution?.status !== "returned") {
        // Without a result of the tool there is nothing to doubt.
        if (index === 0) return [];
        continue;
      }
      const { output } = execution;
      const same = offers.find(({ result }) => sameJson(result, output, tolerance));
      if (same === undefined) offers.push({ result: output, by: [index] });
      else same.by.push(index);
    }
    if (offers.length < 2) return [];
    const rivals = offers.slice(1).flatMap(({ by }) => by);
    const longer = Math.min(...rivals.map((index) => (survivors[index]?.bits ?? 0) - own));
    return [{ args, oddness, offers, cost: oddness + Math.max(0, longer) }];
  });
  const bySplit = new Map<string, Telling>();
  for (const telling of found) {
    const split = JSON.stringify(telling.offers.map(({ by }) => by));
    const before = bySplit.get(split);
    if (before === undefined || isSmaller(telling, before)) bySplit.set(split, telling);
  }
  return [...bySplit.values()].sort(byCost);
}

/** The doubts that are stored with a tool: those that stand against trust. */
export function unsureOn(telling: readonly Telling[]): readonly UnsureInput[] {
  return telling
    .filter(({ cost }) => cost <= DOUBT_BITS)
    .slice(0, MOST_UNSURE)
    .map(({ args, offers }) => ({ args: [...args], results: offers.map(({ result }) => result) }));
}

function isSmaller(left: Telling, right: Telling): boolean {
  return byCost(left, right) < 0;
}

function byCost(left: Telling, right: Telling): number {
  return left.cost - right.cost || sizeOf(left) - sizeOf(right);
}

function sizeOf({ args }: Probe): number {
  return canonicalJson(args).length;
}
