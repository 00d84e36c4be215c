/**
 * The features of a vector of F_3^n: its digits and a few simple symmetries of them.
 *
 * The same list defines the kernel's parameters, their values in the sandbox, and the published program.
 */
import type { KernelParameter } from "../../src/index.ts";

interface Feature {
  readonly name: string;
  readonly range: readonly [low: number, high: number];
  /** JavaScript over `el`, an array of n digits 0, 1, 2. */
  readonly source: string;
}

/**
 * @param n Dimension, 1 or more.
 * @returns e0.. the digits; c0, c1, c2 the counts of each digit; w the digits weighted with 1..n; rf the
 *   matches of the first half with the mirrored second half; rs those of places i and n - i, the mirror
 *   image that keeps place 0; and for each cyclic shift d up to n / 2: qd the sum of products, ad the
 *   number of equal digits.
 */
export function features(n: number): Feature[] {
  const places = Array.from({ length: n }, (_, i) => i);
  const half = Math.floor(n / 2);
  const shifts = Array.from({ length: half }, (_, i) => i + 1);
  const digit = (i: number): string => `el[${i % n}]`;
  const equal = (i: number, j: number): string => `(${digit(i)} === ${digit(j)})`;
  const sum = (terms: readonly string[]): string => terms.join(" + ");
  return [
    ...places.map((i) => ({ name: `e${i}`, range: [0, 2] as const, source: digit(i) })),
    ...[0, 1, 2].map((value) => ({
      name: `c${value}`,
      range: [0, n] as const,
      source: sum(places.map((i) => `(${digit(i)} === ${value})`)),
    })),
    {
      name: "w",
      range: [0, n * (n + 1)],
      source: sum(places.map((i) => `${i + 1} * ${digit(i)}`)),
    },
    {
      name: "rf",
      range: [0, half],
      source: sum(places.slice(0, half).map((i) => equal(i, n - 1 - i))),
    },
    {
      name: "rs",
      range: [0, half],
      source: sum(places.slice(1, Math.ceil(n / 2)).map((i) => equal(i, n - i))),
    },
    ...shifts.map((d) => ({
      name: `q${d}`,
      range: [0, 4 * n] as const,
      source: sum(places.map((i) => `${digit(i)} * ${digit(i + d)}`)),
    })),
    ...shifts.map((d) => ({
      name: `a${d}`,
      range: [0, n] as const,
      source: sum(places.map((i) => equal(i, i + d))),
    })),
  ];
}

export function featureParameters(n: number): KernelParameter[] {
  return features(n).map(({ name, range }) => ({ name, type: "number", range }));
}

/** JavaScript that defines `featuresOf(el)`: the values in the order of `features`. */
export function featuresSource(n: number): string {
  // Without loops, because it runs for every vector. Comparisons in a sum count as 0 or 1; a single
  // comparison is converted to a number.
  const values = features(n).map(({ name, source }) => {
    const isComparison = source.includes("===") && !source.includes(" + ");
    return `    ${isComparison ? `Number${source}` : source}, // ${name}`;
  });
  return `function featuresOf(el) {
  return [
${values.join("\n")}
  ];
}
`;
}
