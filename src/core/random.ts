/**
 * Seeded random numbers. Every draw of a run comes from such a stream, so a run can be replayed.
 *
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), seeded through SplitMix32 so that close seeds
 * give unrelated streams.
 */

export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, bound). @throws RangeError if `bound` is not an integer above 0. */
  integer(bound: number): number;
  /** One element, uniformly. @throws RangeError if `items` is empty. */
  pick<T>(items: readonly T[]): T;
  /** An index drawn with probability proportional to its weight. @throws RangeError if no weight is above 0. */
  weighted(weights: readonly number[]): number;
  /** Standard normal (polar method of Marsaglia). */
  normal(): number;
  /** A separate stream. It depends only on this stream's seed and the label, not on earlier draws. */
  fork(label: string): Random;
  /** The four words of state: the sandbox seeds its own generator with them. */
  state(): readonly [number, number, number, number];
}

/** @param seed Any finite number; its integer part modulo 2^32 is used. */
export function seededRandom(seed: number, label = ""): Random {
  const mix = splitMix((hash(label) ^ Math.trunc(seed)) >>> 0);
  const state = new Uint32Array([mix(), mix(), mix(), 1]);
  for (let i = 0; i < 12; i++) step(state);
  return streamOf(state, seed, label);
}

function streamOf(state: Uint32Array, seed: number, label: string): Random {
  const next = (): number => step(state) / 4_294_967_296;
  const integer = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1) {
      throw new RangeError(`bound must be an integer above 0, got ${bound}`);
    }
    return Math.floor(next() * bound);
  };
  return {
    next,
    integer,
    pick: (items) => {
      if (items.length === 0) throw new RangeError("pick needs at least one item");
      return items[integer(items.length)] as (typeof items)[number];
    },
    weighted: (weights) => {
      const total = weights.reduce((sum, weight) => sum + Math.max(0, weight), 0);
      if (!(total > 0)) throw new RangeError("weighted needs at least one weight above 0");
      let left = next() * total;
      let last = 0;
      for (const [index, weight] of weights.entries()) {
        if (!(weight > 0)) continue;
        last = index;
        left -= weight;
        if (left < 0) return index;
      }
      return last; // Rounding can leave a small rest after the last positive weight.
    },
    normal: () => {
      for (;;) {
        const x = 2 * next() - 1;
        const y = 2 * next() - 1;
        const square = x * x + y * y;
        if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
      }
    },
    fork: (child) => seededRandom(seed, `${label}/${child}`),
    state: () => [state[0] ?? 0, state[1] ?? 0, state[2] ?? 0, state[3] ?? 0],
  };
}

function step(s: Uint32Array): number {
  const [a = 0, b = 0, c = 0, counter = 0] = s;
  const result = (a + b + counter) >>> 0;
  s[3] = counter + 1;
  s[0] = b ^ (b >>> 9);
  s[1] = c + (c << 3);
  s[2] = ((c << 21) | (c >>> 11)) + result;
  return result;
}

function splitMix(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
}

/** FNV-1a, 32 bits: spreads labels over seeds. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return value >>> 0;
}
