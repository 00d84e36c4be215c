/**
 * The harness for symmetric cap sets: FunSearch's greedy algorithm, which takes complete orbits of a
 * symmetry.
 *
 * Vectors that a symmetry of the digits maps to each other form an orbit. The free orbit whose first
 * vector has the highest priority is taken if all its vectors can be added. Single vectors that can still
 * be added follow at the end, so that the set cannot be extended. Large sets are likely because there are
 * only a few orbits instead of thousands of vectors: Romera-Paredes et al., Nature 625 (2024), Methods,
 * search for admissible sets in the same way.
 */
import type { Harness } from "../../src/index.ts";
import { featuresSource } from "./features.ts";
import { greedySource, readingSource } from "./harness.js.ts";

/**
 * The symmetries, by name. Signs of some places: digits 1 and 2 are swapped in all of these places
 * together; neighbours are the places 2i and 2i + 1, opposites are i and i + n / 2.
 */
export const SYMMETRIES = [
  "rotations, negation",
  "rotations by two, negation",
  "rotations, mirror, negation",
  "signs of neighbours",
  "signs of neighbours, rotations by two",
  "signs of opposites",
  "signs of opposites, rotations",
  "signs of any two",
] as const;

/** JavaScript that defines `symmetricGreedy(priorities, n, symmetry)`; it needs `greedySource`; n even. */
export const symmetricSource = `const orbitsBySymmetry = new Map();

// Digits in, digits out: each of them is a generator of the group.
function generatorsOf(symmetry, n) {
  const places = Array.from({ length: n }, (_, i) => i);
  const rotated = (by) => (digits) => places.map((i) => digits[(i + by) % n]);
  const signs = (...at) => (digits) => digits.map((d, i) => (at.includes(i) ? (3 - d) % 3 : d));
  const firstHalf = places.slice(0, n / 2);
  const all = {
    "rotations": [rotated(1)],
    "rotations by two": [rotated(2)],
    "mirror": [(digits) => [...digits].reverse()],
    "negation": [signs(...places)],
    "signs of neighbours": firstHalf.map((i) => signs(2 * i, 2 * i + 1)),
    "signs of opposites": firstHalf.map((i) => signs(i, i + n / 2)),
    "signs of any two": places.slice(1).map((i) => signs(i - 1, i)),
  };
  return symmetry.split(", ").flatMap((part) => {
    if (!Object.hasOwn(all, part)) throw new RangeError("there is no symmetry " + part);
    return all[part];
  });
}

// Orbits without a line inside, in the order of their first vectors; with each the third points of
// all of its pairs.
function orbitsOf(symmetry, n) {
  const known = orbitsBySymmetry.get(symmetry + n);
  if (known !== undefined) return known;
  const generators = generatorsOf(symmetry, n);
  const { width, third, high, low } = halvesOf(n);
  const met = new Uint8Array(3 ** n);
  const orbits = [];
  for (let first = 0; first < met.length; first++) {
    if (met[first] === 1) continue;
    met[first] = 1;
    const members = [first];
    for (let at = 0; at < members.length; at++) {
      const digits = digitsOf(members[at], n);
      for (const generator of generators) {
        const image = generator(digits).reduce((index, digit) => 3 * index + digit, 0);
        if (met[image] === 1) continue;
        met[image] = 1;
        members.push(image);
      }
    }
    const own = new Set(members);
    const thirds = new Set();
    for (let i = 0; i < members.length; i++) {
      for (let j = i + 1; j < members.length; j++) {
        const [a, b] = [members[i], members[j]];
        thirds.add(third[high[a] * width + high[b]] * width + third[low[a] * width + low[b]]);
      }
    }
    if (!members.some((member) => thirds.has(member))) {
      orbits.push({ first, members, thirds: Uint16Array.from(thirds) });
    }
  }
  orbitsBySymmetry.set(symmetry + n, orbits);
  return orbits;
}

function symmetricGreedy(priorities, n, symmetry) {
  const { width, third, high, low } = halvesOf(n);
  // 1: on a line with two that were taken; 2: taken.
  const state = new Uint8Array(3 ** n);
  const taken = [];
  // Sorting is stable: the earlier of equals stays first.
  const order = [...orbitsOf(symmetry, n)].sort((a, b) => priorities[b.first] - priorities[a.first]);
  for (const { first, members, thirds } of order) {
    // What is taken is symmetric, so what it closes is: one vector speaks for its orbit.
    if (state[first] !== 0 || thirds.some((point) => state[point] === 2)) continue;
    for (const index of members) {
      const above = high[index] * width;
      const below = low[index] * width;
      for (let i = 0; i < taken.length; i++) {
        const other = taken[i];
        const point = third[above + high[other]] * width + third[below + low[other]];
        if (state[point] === 0) state[point] = 1;
      }
      state[index] = 2;
      taken.push(index);
    }
  }
  return greedy(priorities, n, taken);
}
`;

/** @param entry `score` takes the features of a vector, `priority` its digits and n. */
export function symmetricHarness(n: number, entry: "score" | "priority"): Harness {
  const call =
    entry === "score"
      ? "candidate(...known[i])"
      : `candidate(Float64Array.from(digitsOf(i, ${n})), ${n})`;
  return {
    source: `${greedySource}${readingSource}${symmetricSource}
${featuresSource(n)}
let known;
let owner;
let priorities;
function harness(candidate, symmetry) {
  known ??= Array.from({ length: ${3 ** n} }, (_, index) => featuresOf(digitsOf(index, ${n})));
  if (owner !== candidate) {
    owner = undefined;
    priorities = new Float64Array(${3 ** n});
    for (let i = 0; i < priorities.length; i++) priorities[i] = checked(${call});
    owner = candidate;
  }
  return symmetricGreedy(priorities, ${n}, symmetry);
}
`,
  };
}
