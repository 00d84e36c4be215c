/**
 * The fast harness for `score(item, room, capacity)`: the score of a bin depends only on its room.
 *
 * Bins with equal room have equal scores. So a packing needs one score per pair of item and room, stored
 * in a table, and one comparison per level of room; the lowest index among the best is the exact argmax
 * over all bins. One empty bin represents all empty ones: a scalar score cannot distinguish them, and
 * the first maximum is the lowest index, which is the next bin to open. Two or all empty bins would give
 * the same packing.
 *
 * Items that are not integers, or a table above 2^20 entries, use a plain loop over all bins instead.
 */
import type { Harness } from "../../src/index.ts";
import { compactAssignment } from "./compact.js.ts";

/**
 * Takes (items, capacity); returns the bin of each item: as a string whose character codes are the bin
 * number + 32, or as an array above 50,000 items (codes from 0xD800 are surrogates).
 *
 * NaN counts as -1e300 and scores are clamped to +-1e300: the published vector form has only finite
 * numbers and must choose the same bins. A score that is not a number is bad output.
 * O(items x levels) time, at most one call of the candidate per pair of item and room.
 */
export const kernelHarness: Harness = {
  source: `
const MOST = 1e300;
const LARGEST_TABLE = 2 ** 20;

// The table outlives one instance: the same candidate meets the same pairs in the next one.
const table = { owner: null, capacity: -1, rows: 0, rowOf: new Int32Array(0), scores: new Float64Array(0) };
// Bins of each level, a binary heap by index. Sizes are kept apart: what lies beyond them is stale.
const heaps = [];

function harness(candidate, items, capacity) {
  let largest = 0;
  let whole = Number.isInteger(capacity);
  for (let i = 0; i < items.length; i++) {
    if (!Number.isInteger(items[i]) || items[i] < 1) whole = false;
    if (items[i] > largest) largest = items[i];
  }
  if (!(largest <= capacity)) throw new RangeError("an item is larger than the capacity");
  const bins = whole && tableSize(items, capacity) <= LARGEST_TABLE
    ? packByLevel(candidate, items, capacity)
    : packByWalk(candidate, items, capacity);
  return compact(bins);
}

function scoreOf(candidate, item, room, capacity) {
  const score = candidate(item, room, capacity);
  if (typeof score !== "number") badOutput("score must return a number, got " + typeof score);
  if (score !== score) return -MOST;
  return score > MOST ? MOST : score < -MOST ? -MOST : score;
}

function tableSize(items, capacity) {
  return (capacity + 1) * Math.min(capacity, items.length);
}

function openTable(candidate, items, capacity) {
  const width = capacity + 1;
  const full = table.rows * width + tableSize(items, capacity) > 2 * LARGEST_TABLE;
  if (table.owner === candidate && table.capacity === capacity && !full) return;
  if (table.capacity !== capacity) {
    table.rowOf = new Int32Array(width);
    table.scores = new Float64Array(Math.min(capacity, 64) * width);
  }
  table.owner = candidate;
  table.capacity = capacity;
  table.rows = 0;
  table.rowOf.fill(-1);
}

function openRow(item) {
  const width = table.capacity + 1;
  const start = table.rows * width;
  if (start + width > table.scores.length) {
    const grown = new Float64Array(2 * table.scores.length + width);
    grown.set(table.scores);
    table.scores = grown;
  }
  // NaN says "not asked yet": scoreOf never returns it.
  table.scores.fill(NaN, start, start + width);
  table.rowOf[item] = start;
  table.rows++;
  return start;
}

function packByLevel(candidate, items, capacity) {
  openTable(candidate, items, capacity);
  while (heaps.length <= capacity) heaps.push([]);
  const bins = new Uint32Array(items.length);
  const sizes = new Int32Array(capacity + 1);
  const lowest = new Int32Array(capacity + 1);
  const occupied = new Int32Array((capacity >> 5) + 1);
  // The level of an empty bin is always there, with the next index to be opened.
  let opened = 0;
  occupied[capacity >> 5] |= 1 << (capacity & 31);

  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    let start = table.rowOf[item];
    if (start < 0) start = openRow(item);
    const scores = table.scores;
    let best = -Infinity;
    let level = -1;
    for (let word = item >> 5; word < occupied.length; word++) {
      let bits = word === item >> 5 ? occupied[word] & (-1 << (item & 31)) : occupied[word];
      while (bits !== 0) {
        const room = (word << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        let score = scores[start + room];
        if (score !== score) {
          score = scoreOf(candidate, item, room, capacity);
          scores[start + room] = score;
        }
        if (score > best || (score === best && lowest[room] < lowest[level])) {
          best = score;
          level = room;
        }
      }
    }

    const bin = lowest[level];
    bins[i] = bin;
    if (level === capacity) {
      lowest[capacity] = ++opened;
    } else {
      const left = --sizes[level];
      if (left === 0) {
        occupied[level >> 5] &= ~(1 << (level & 31));
      } else {
        const heap = heaps[level];
        sink(heap, heap[left], left);
        lowest[level] = heap[0];
      }
    }
    const rest = level - item;
    // A bin without room takes no item of size 1 or more: it can be forgotten.
    if (rest === 0) continue;
    const heap = heaps[rest];
    rise(heap, bin, sizes[rest]++);
    lowest[rest] = heap[0];
    occupied[rest >> 5] |= 1 << (rest & 31);
  }
  return bins;
}

// A new last element goes up to its place.
function rise(heap, value, at) {
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent] <= value) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = value;
}

// The last element takes the place of the first, and goes down from there.
function sink(heap, value, size) {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= value) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = value;
}

function packByWalk(candidate, items, capacity) {
  const slack = capacity * 1e-9;
  const bins = new Uint32Array(items.length);
  const rooms = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    let best = -Infinity;
    let chosen = -1;
    for (let bin = 0; bin <= rooms.length; bin++) {
      const room = bin === rooms.length ? capacity : rooms[bin];
      if (room + slack < item) continue;
      const score = scoreOf(candidate, item, room, capacity);
      if (score > best) {
        best = score;
        chosen = bin;
      }
    }
    bins[i] = chosen;
    const before = chosen === rooms.length ? capacity : rooms[chosen];
    rooms[chosen] = Math.max(0, before - item);
  }
  return bins;
}
${compactAssignment}`,
};
