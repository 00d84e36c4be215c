/** The programs of a run that fit: the shortest ones. */
import type { Parent } from "../generators/generator.ts";
import { descriptionLength } from "../syntax/description-length.ts";

export interface Shortest {
  /** Shortest description first. */
  readonly programs: readonly Parent[];
  add(program: Parent): void;
}

/** The `count` programs with the shortest description; of equal ones the earlier. */
export function shortest(count: number): Shortest {
  const kept: { readonly program: Parent; readonly bits: number }[] = [];
  return {
    get programs() {
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
