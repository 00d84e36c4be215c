/** Programs with known figures, for the harnesses and tasks. */

export const FIRST_FIT = "function score(item, room, capacity) { return 0; }";
export const BEST_FIT = "function score(item, room, capacity) { return item - room; }";

/**
 * FunSearch's two heuristics, written anew from their published description (Romera-Paredes et al.,
 * Nature 625, 2024): a step function of the rest for OR-Library, neighbour differences for Weibull.
 */
export const FUNSEARCH_OR = `
const STEPS = [[2, 4], [3, 3], [5, 2], [7, 1], [9, 0.9], [12, 0.95], [15, 0.97], [21, 0.98]];
function priority(item, bins) {
  return bins.map((room) => (STEPS.find(([most]) => room - item <= most) ?? [0, 0.99])[1]);
}`;

export const FUNSEARCH_WEIBULL = `
function priority(item, bins) {
  let largest = 0;
  for (const room of bins) largest = Math.max(largest, room);
  const raw = bins.map((room) => {
    const score = (room - largest) ** 2 / item + room ** 2 / item ** 2 + room ** 2 / item ** 3;
    return room > item ? -score : score;
  });
  // Simultaneous: each one minus its left neighbour as that was.
  return raw.map((score, i) => (i === 0 ? score : score - raw[i - 1]));
}`;
