/**
 * The harnesses for cap sets: FunSearch's greedy algorithm over priorities.
 *
 * Every vector gets its priority once. The free vector with the highest priority is taken (on ties the
 * first in the order of the product), and the third points of its lines with the taken vectors are
 * excluded.
 * Source: Romera-Paredes et al., Nature 625 (2024), Methods, "Cap sets".
 */
import type { Harness } from "../../src/index.ts";
import { featuresSource } from "./features.ts";

/** JavaScript that defines `greedy(priorities, n, start)`: the indices of the set, in order. */
export const greedySource = `let halves;
// An index in two halves of its digits, and the third point of a line by its halves: two look-ups.
function halvesOf(n) {
  if (halves !== undefined && halves.n === n) return halves;
  const width = 3 ** Math.ceil(n / 2);
  const third = new Uint16Array(width * width);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b < width; b++) {
      for (let unit = 1; unit < width; unit *= 3) {
        const digit = (6 - (Math.floor(a / unit) % 3) - (Math.floor(b / unit) % 3)) % 3;
        third[a * width + b] += digit * unit;
      }
    }
  }
  const high = Uint16Array.from({ length: 3 ** n }, (_, index) => Math.floor(index / width));
  const low = Uint16Array.from({ length: 3 ** n }, (_, index) => index % width);
  halves = { n, width, third, high, low };
  return halves;
}

function greedy(priorities, n, start) {
  const { width, third, high, low } = halvesOf(n);
  const size = 3 ** n;
  const closed = new Uint8Array(size);
  const taken = [];
  const take = (index) => {
    const above = high[index] * width;
    const below = low[index] * width;
    for (let i = 0; i < taken.length; i++) {
      const other = taken[i];
      closed[third[above + high[other]] * width + third[below + low[other]]] = 1;
    }
    closed[index] = 1;
    taken.push(index);
  };
  for (const index of start) {
    if (closed[index] === 1) throw new RangeError("the start has a vector twice or three on a line");
    take(index);
  }

  // Few priorities differ: their values are sorted, vectors keep their order within each.
  const groups = new Map();
  for (let index = 0; index < size; index++) {
    const group = groups.get(priorities[index]);
    if (group === undefined) groups.set(priorities[index], [index]);
    else group.push(index);
  }
  for (const value of [...groups.keys()].sort((a, b) => b - a)) {
    for (const index of groups.get(value)) if (closed[index] === 0) take(index);
  }
  return taken;
}
`;

/** JavaScript that defines `digitsOf(index, n)`, and `checked(value)` for a candidate's results. */
export const readingSource = `
function digitsOf(index, n) {
  const digits = new Array(n);
  for (let i = n - 1, rest = index; i >= 0; i--, rest = (rest - (rest % 3)) / 3) digits[i] = rest % 3;
  return digits;
}

function checked(value) {
  if (typeof value !== "number") badOutput("priority must be a number, got " + typeof value);
  return value !== value ? -1e300 : Math.min(1e300, Math.max(-1e300, value));
}
`;

/**
 * For the kernel `score(...features)`. Takes no input; returns the indices of the set. NaN counts as
 * -1e300; a score that is not a number is bad output.
 */
export function kernelHarness(n: number): Harness {
  return {
    source: `${greedySource}${readingSource}
${featuresSource(n)}
let known;
function harness(candidate) {
  // Features belong to the vectors, not to the candidate: once is enough.
  known ??= Array.from({ length: ${3 ** n} }, (_, index) => featuresOf(digitsOf(index, ${n})));
  const priorities = new Float64Array(known.length);
  for (let i = 0; i < known.length; i++) priorities[i] = checked(candidate(...known[i]));
  return greedy(priorities, ${n}, []);
}
`,
  };
}

/** For the paper's `priority(el, n)`, where `el` has n digits. Takes no input. */
export function priorityHarness(n: number): Harness {
  return {
    source: `${greedySource}${readingSource}
function harness(candidate) {
  const priorities = new Float64Array(${3 ** n});
  for (let i = 0; i < priorities.length; i++) {
    priorities[i] = checked(candidate(Float64Array.from(digitsOf(i, ${n})), ${n}));
  }
  return greedy(priorities, ${n}, []);
}
`,
  };
}
