/** Two texts line by line, for people: what stayed, what went, what came. */
import { diffArrays } from "diff";

export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  /** What stands before the line where people read it. */
  readonly sign: " " | "+" | "-";
  readonly text: string;
}

const SIGNS = { same: " ", added: "+", removed: "-" } as const;

/** Beyond so many changed lines nobody follows them, and finding the fewest is slow. */
const MOST_CHANGES = 600;

/**
 * The fewest changed lines that make one text of the other, in order; what goes stands before what
 * comes in its place. Texts that differ in more than 600 lines go and come as a whole.
 */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const parts = diffArrays(old, now, { maxEditLength: MOST_CHANGES }) ?? [
    { removed: true, added: false, value: old },
    { removed: false, added: true, value: now },
  ];
  return parts.flatMap(({ added, removed, value }) => {
    const kind = added ? "added" : removed ? "removed" : "same";
    return value.map((text): DiffLine => ({ kind, sign: SIGNS[kind], text }));
  });
}
