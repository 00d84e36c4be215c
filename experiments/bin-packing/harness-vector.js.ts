/**
 * The published harness, for `priority(item, bins: Float64Array): Float64Array`.
 *
 * The candidate gets every bin with room for the item, in index order, and the item goes into the first
 * bin with the maximum. The notebook lists as many bins as there are items. Of the empty bins after the
 * last used one, this harness lists two (fewer near the end, as in the notebook), because a score that
 * depends on its neighbours can distinguish one from two: with one, FunSearch's own Weibull heuristic
 * needs 2002.0 bins instead of 2001.4. Source: Romera-Paredes et al., Nature 625 (2024), and its
 * notebook.
 */
import type { Harness } from "../../src/index.ts";
import { compactAssignment } from "./compact.js.ts";

/**
 * Takes (items, capacity); returns the bin of each item, like the kernel harness. The candidate may
 * open the second empty bin: then bin numbers have a gap, and the skipped bin stays available.
 *
 * A result that is not an array of finite numbers, one per bin, is bad output. O(items x bins).
 */
export const vectorHarness: Harness = {
  source: `
function harness(candidate, items, capacity) {
  const slack = Number.isInteger(capacity) && items.every(Number.isInteger) ? 0 : capacity * 1e-9;
  let smallest = Infinity;
  for (let i = 0; i < items.length; i++) {
    if (!(items[i] <= capacity)) throw new RangeError("an item is larger than the capacity");
    if (items[i] < smallest) smallest = items[i];
  }
  const bins = new Uint32Array(items.length);
  const rooms = new Float64Array(items.length).fill(capacity);
  // Indices that may still take an item, ascending; full ones drop out as the list is walked.
  let live = [];
  let listed = 0;
  const list = (end) => {
    while (listed < Math.min(end, items.length)) live.push(listed++);
  };
  list(2);

  const offered = new Uint32Array(items.length);
  const offeredRooms = new Float64Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    let kept = 0;
    let count = 0;
    for (let j = 0; j < live.length; j++) {
      const bin = live[j];
      const room = rooms[bin];
      if (room + slack < smallest) continue;
      live[kept++] = bin;
      if (room + slack < item) continue;
      offered[count] = bin;
      offeredRooms[count++] = room;
    }
    live.length = kept;

    const chosen = offered[firstMaximum(candidate(item, offeredRooms.slice(0, count)), count)];
    bins[i] = chosen;
    rooms[chosen] = Math.max(0, rooms[chosen] - item);
    list(chosen + 3);
  }
  return compact(bins);
}

function firstMaximum(priorities, count) {
  if (!ArrayBuffer.isView(priorities) && !Array.isArray(priorities)) {
    badOutput("priority must return an array of numbers, got " + typeof priorities);
  }
  if (priorities.length !== count) {
    badOutput("priority must return one number per bin: expected " + count + ", got " + priorities.length);
  }
  let best = 0;
  for (let i = 0; i < count; i++) {
    const value = priorities[i];
    if (typeof value !== "number" || !Number.isFinite(value)) {
      badOutput("priority must return finite numbers, got " + String(value) + " for bin " + i);
    }
    if (value > priorities[best]) best = i;
  }
  return best;
}
${compactAssignment}`,
};
