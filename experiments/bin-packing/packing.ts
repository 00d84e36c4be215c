/**
 * Verifies a packing, and computes its bound and the two classic heuristics.
 *
 * Everything is computed only from the items, without any candidate. First fit and best fit are written
 * from their definitions and share no code with the harnesses, so that they can check them.
 */

/** The packing that a harness returns: the bin of each item, in order of arrival. */
export type Assignment = string | readonly number[];

export type PackingVerdict =
  | { readonly status: "valid"; readonly bins: number }
  | { readonly status: "invalid"; readonly reason: string };

/** Character code of bin 0 in the compact form: the first one that JSON does not escape. */
const FIRST_CODE = 32;

/**
 * Rounding tolerance as a share of the capacity, for sums of decimal items. Sums of integers are exact
 * and not affected.
 */
const SLACK = 1e-9;

/**
 * Every item must be in exactly one bin, each bin must have a number from 0 to items - 1, and no bin may
 * exceed its capacity. Bins may be skipped: a candidate may open the second of two empty ones.
 *
 * @param assignment One bin number per item; or a string with one character per item whose code is
 *   the bin number + 32.
 * @returns The number of bins that are not empty, or the fault.
 */
export function verifyPacking(
  assignment: Assignment,
  items: readonly number[],
  capacity: number,
): PackingVerdict {
  if (assignment.length !== items.length) {
    return invalid(`expected a bin for each of ${items.length} items, got ${assignment.length}`);
  }
  const loads = new Float64Array(items.length);
  let bins = 0;
  for (let index = 0; index < items.length; index++) {
    const bin =
      typeof assignment === "string"
        ? assignment.charCodeAt(index) - FIRST_CODE
        : (assignment[index] as number);
    if (!Number.isInteger(bin) || bin < 0 || bin >= items.length) {
      return invalid(`item ${index} is in bin ${bin}: expected 0 to ${items.length - 1}`);
    }
    const load = loads[bin] as number;
    if (load === 0) bins++;
    loads[bin] = load + (items[index] as number);
  }
  const limit = capacity * (1 + SLACK);
  for (let bin = 0; bin < loads.length; bin++) {
    const load = loads[bin] as number;
    if (load > limit) return invalid(`bin ${bin} holds ${load}, its capacity is ${capacity}`);
  }
  return { status: "valid", bins };
}

/** ceil(sum of items / capacity): no packing needs fewer bins. Martello and Toth's L1. */
export function lowerBound(items: readonly number[], capacity: number): number {
  const total = items.reduce((sum, item) => sum + item, 0);
  return Math.ceil(total / capacity - SLACK);
}

/** Each item goes into the first bin with room. @returns The bin of each item. O(items x bins). */
export function firstFit(items: readonly number[], capacity: number): number[] {
  const rooms: number[] = [];
  return items.map((item) => {
    const fitting = rooms.findIndex((room) => room + capacity * SLACK >= item);
    const bin = fitting === -1 ? rooms.length : fitting;
    rooms[bin] = (rooms[bin] ?? capacity) - item;
    return bin;
  });
}

/** Each item goes into the fullest bin with room, the first of equals. O(items x bins). */
export function bestFit(items: readonly number[], capacity: number): number[] {
  const rooms: number[] = [];
  return items.map((item) => {
    let bin = rooms.length;
    let least = Number.POSITIVE_INFINITY;
    for (const [index, room] of rooms.entries()) {
      if (room + capacity * SLACK >= item && room < least) {
        least = room;
        bin = index;
      }
    }
    rooms[bin] = (rooms[bin] ?? capacity) - item;
    return bin;
  });
}

/** Bins above the bound, in percent of the bound, with sums over instances as in the literature. */
export function excessPercent(bins: readonly number[], bounds: readonly number[]): number {
  const used = bins.reduce((sum, count) => sum + count, 0);
  const bound = bounds.reduce((sum, count) => sum + count, 0);
  return (100 * (used - bound)) / bound;
}

function invalid(reason: string): PackingVerdict {
  return { status: "invalid", reason };
}
