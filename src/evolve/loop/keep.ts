/** What a run keeps of its programs: the shortest of some, an even sample of others. */
import type { Parent } from "../generators/generator.ts";
import { descriptionLength } from "../syntax/description-length.ts";

export interface Kept<T> {
  readonly items: readonly T[];
  add(item: T): void;
}

/** The `count` programs with the shortest description, shortest first; of equal ones the earlier. */
export function shortest(count: number): Kept<Parent> {
  const kept: { readonly program: Parent; readonly bits: number }[] = [];
  return {
    get items() {
      return kept.map(({ program }) => program);
    },
    add(program) {
      const bits = descriptionLength(program.source);
      const at = kept.findIndex((each) => each.bits > bits);
      kept.splice(at < 0 ? kept.length : at, 0, { program, bits });
      if (kept.length > count) kept.pop();
    },
  };
}

/**
 * At most `count` items, spread evenly over all that were added: when it is full, every second one is
 * dropped, and from then on only every second one is taken.
 */
export function evenSample<T>(count: number): Kept<T> {
  let kept: T[] = [];
  let stride = 1;
  let seen = 0;
  return {
    get items() {
      return kept;
    },
    add(item) {
      if (seen++ % stride !== 0) return;
      kept.push(item);
      if (kept.length <= count) return;
      kept = kept.filter((_, index) => index % 2 === 0);
      stride *= 2;
    },
  };
}
