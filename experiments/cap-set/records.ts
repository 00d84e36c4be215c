/** Shared by the plain and the symmetric tasks: known sizes, published figures, seed programs. */
import type { Task } from "../../src/index.ts";
import { features } from "./features.ts";

interface CapSetRecord {
  readonly size: number;
  readonly before: number;
}

/** Sizes of the largest known sets; up to n = 6 they are proven to be the largest. */
const RECORDS: Readonly<Record<number, CapSetRecord>> = {
  3: { size: 9, before: 9 },
  4: { size: 20, before: 20 },
  5: { size: 45, before: 45 },
  6: { size: 112, before: 112 },
  7: { size: 236, before: 236 },
  8: { size: 512, before: 496 },
};

const PAPER = "Romera-Paredes et al., Nature 625 (2024), cap sets";

/** @param n Dimension; outside 3 to 8 the size is infinite, so that no set reaches it. */
export function recordOf(n: number): CapSetRecord {
  return RECORDS[n] ?? { size: Number.POSITIVE_INFINITY, before: 0 };
}

export function figuresOf(n: number): NonNullable<Task["published"]> {
  const { size, before } = recordOf(n);
  const row = (what: string, value: number) => ({ what, value, unit: "vectors", source: PAPER });
  return [row(`best before FunSearch, n = ${n}`, before), row(`FunSearch, n = ${n}`, size)];
}

/** The first one takes vectors in index order, which gives 2^n vectors in the plain task. */
export function seedsOf(n: number): readonly string[] {
  const names = features(n)
    .map(({ name }) => name)
    .join(", ");
  return ["0", "c0", "w", "c1 < c2 ? c0 : w"].map(
    (value) => `function score(${names}) {\n  return ${value};\n}`,
  );
}
