/** What a search went through, as far as it is kept. */
import { evenSample } from "../../core/even-sample.ts";

/** Distinct behaviours that a search went through. */
export interface Searched<T = string> {
  readonly count: number;
  /** Programs of some of them, spread evenly; at least one if the count is above 0. */
  readonly sample: readonly T[];
}

export interface SearchedLog<T> {
  readonly searched: Searched<T>;
  add(program: T): void;
}

const MAX_SAMPLE = 256;

export function searchedLog<T>(): SearchedLog<T> {
  const sample = evenSample<T>(MAX_SAMPLE);
  let count = 0;
  return {
    get searched() {
      return { count, sample: sample.items };
    },
    add(program) {
      count++;
      sample.add(program);
    },
  };
}
