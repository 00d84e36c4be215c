/**
 * The harness for admissible sets: a greedy algorithm takes words by descending priority and skips those
 * that conflict with the taken ones; ties go to the first in order, as in FunSearch's own search.
 */
import type { Harness } from "../../src/index.ts";
import { blindTable, WEIGHTS, wordsOf } from "./admissible-set.ts";

/** JavaScript that defines `greedy(priorities, words)`: the taken words, in order. */
function greedySource(): string {
  return `const BLIND = ${JSON.stringify(blindTable)};
const WEIGHTS = ${JSON.stringify(WEIGHTS)};
function clashes(u, v) {
  let support = true;
  let one = true;
  let oneDiffers = false;
  let two = true;
  let twoDiffers = false;
  for (let i = 0; i < u.length; i++) {
    const a = u[i];
    const b = v[i];
    if (WEIGHTS[a] !== WEIGHTS[b]) support = false;
    const first = BLIND[(a * 7 + a) * 7 + b];
    const second = BLIND[(b * 7 + b) * 7 + a];
    if (first === 0) one = false;
    if (first === 2) oneDiffers = true;
    if (second === 0) two = false;
    if (second === 2) twoDiffers = true;
  }
  return support || (one && oneDiffers) || (two && twoDiffers);
}
function blindTriple(u, v, w) {
  for (let i = 0; i < u.length; i++) if (BLIND[(u[i] * 7 + v[i]) * 7 + w[i]] === 0) return false;
  return true;
}
function greedy(priorities, words) {
  const order = words.map((_, i) => i).sort((a, b) => priorities[b] - priorities[a] || a - b);
  const taken = [];
  next: for (const index of order) {
    const word = words[index];
    for (const other of taken) if (clashes(word, other)) continue next;
    for (let i = 1; i < taken.length; i++) {
      for (let j = 0; j < i; j++) if (blindTriple(word, taken[i], taken[j])) continue next;
    }
    taken.push(word);
  }
  return taken;
}
`;
}

/** JavaScript that defines `featuresOf(word)`, in the order of the kernel's parameters. */
function featuresSource(places: number): string {
  const blocks = Array.from({ length: places }, (_, i) => i);
  const counts = WEIGHTS.map((_, kind) => blocks.map((i) => `(b[${i}] === ${kind})`).join(" + "));
  const weighted = blocks.map((i) => `${i + 1} * b[${i}]`).join(" + ");
  return `function featuresOf(b) {
  return [${[...blocks.map((i) => `b[${i}]`), ...counts, weighted].join(", ")}];
}
`;
}

/** For the kernel `score(...features)`. Takes no input, returns words. */
export function kernelHarness(n: number, weight: number): Harness {
  return {
    source: `${greedySource()}
${featuresSource(n / 3)}
const words = ${JSON.stringify(wordsOf(n, weight))};
const known = words.map(featuresOf);
function harness(candidate) {
  const priorities = new Float64Array(words.length);
  for (let i = 0; i < words.length; i++) {
    const value = candidate(...known[i]);
    if (typeof value !== "number") badOutput("priority must be a number, got " + typeof value);
    priorities[i] = value !== value ? -1e300 : Math.min(1e300, Math.max(-1e300, value));
  }
  return greedy(priorities, words);
}
`,
  };
}

/** The text of a published program: the kernel's priorities, and the resulting set. */
export function setSource(n: number, weight: number, name: string): string {
  return `${greedySource()}
${featuresSource(n / 3)}
const BLOCKS = [[0, 0, 0], [0, 0, 1], [0, 0, 2], [0, 1, 2], [0, 2, 1], [1, 1, 1], [2, 2, 2]];
/** @returns {number[][]} The vectors of the set, ${n} digits each. */
function ${name}() {
  let words = [[]];
  for (let i = 0; i < ${n / 3}; i++) words = words.flatMap((word) => BLOCKS.map((_, kind) => [...word, kind]));
  words = words.filter((word) => word.reduce((sum, kind) => sum + WEIGHTS[kind], 0) === ${weight});
  const priorities = words.map((word) => {
    const value = score(...featuresOf(word));
    return Number.isNaN(value) ? -1e300 : Math.min(1e300, Math.max(-1e300, value));
  });
  const turns = ([a, b, c]) => (a === b && b === c ? [[a, b, c]] : [[a, b, c], [c, a, b], [b, c, a]]);
  return greedy(priorities, words).flatMap((word) =>
    word.reduce((all, kind) => all.flatMap((v) => turns(BLOCKS[kind]).map((t) => [...v, ...t])), [[]]),
  );
}
`;
}
