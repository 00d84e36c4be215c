/** A line diff of two texts, for people. */
import { diffArrays } from "diff/lib/diff/array.js";

export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  /** The prefix of the line in a printed diff. */
  readonly sign: " " | "+" | "-";
  readonly text: string;
}

const SIGNS = { same: " ", added: "+", removed: "-" } as const;

/** With more changed lines a diff is not readable, and the minimal one is slow to compute. */
const MAX_CHANGES = 600;

/**
 * A minimal diff, in order; removed lines are before the added lines that replace them. Texts that
 * differ in more than 600 lines are removed and added as a whole.
 */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const parts = diffArrays(old, now, { maxEditLength: MAX_CHANGES }) ?? [
    { removed: true, added: false, value: old },
    { removed: false, added: true, value: now },
  ];
  return parts.flatMap(({ added, removed, value }) => {
    const kind = added ? "added" : removed ? "removed" : "same";
    return value.map((text): DiffLine => ({ kind, sign: SIGNS[kind], text }));
  });
}
