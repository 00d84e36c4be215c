/**
 * How much of what is exported: a cap per task, labels evened out, larger gains worth more.
 */
import { digestText } from "../../core/digest.ts";
import type { Row } from "./chat.ts";
import type { Example } from "./examples.ts";
import type { ResolvedOptions } from "./options.ts";

/** A row on its way. */
export interface Draft {
  readonly example: Example;
  readonly row: Row;
  readonly line: string;
  readonly tokens: number;
}

/** Larger gains first, or scores where nothing was gained; of equals, the earlier one. */
export function byGain<T>(items: readonly T[], exampleOf: (item: T) => Example): readonly T[] {
  const worth = (item: T) => {
    const { gain, score } = exampleOf(item).origin;
    return gain ?? score ?? Number.NEGATIVE_INFINITY;
  };
  return items.toSorted((left, right) => {
    const [a, b] = [worth(left), worth(right)];
    return a === b ? 0 : b - a;
  });
}

function taskOf({ example }: Draft): string {
  return example.origin.task ?? example.origin.families[0] ?? "";
}

export function capped(
  drafts: readonly Draft[],
  { maxPerTask }: ResolvedOptions,
  drop: (reason: string) => void,
): readonly Draft[] {
  const counts = new Map<string, number>();
  const over = new Set<Draft>();
  for (const draft of byGain(drafts, ({ example }) => example)) {
    const { example } = draft;
    // Labels share the room of their task equally.
    const labelled = example.kind === "labelled";
    const key = labelled ? `${example.label} ${taskOf(draft)}` : taskOf(draft);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count <= (labelled ? Math.ceil(maxPerTask / 2) : maxPerTask)) continue;
    over.add(draft);
    drop("over the cap of its task");
  }
  return drafts.filter((draft) => !over.has(draft));
}

/** Labels are evened out: the trainer's loss assumes about as many of one as of the other. */
export function balanced(
  drafts: readonly Draft[],
  drop: (reason: string) => void,
): readonly Draft[] {
  const isGood = ({ example }: Draft) => example.kind === "labelled" && example.label;
  const isBad = ({ example }: Draft) => example.kind === "labelled" && !example.label;
  const good = drafts.filter(isGood);
  const bad = drafts.filter(isBad);
  const room = Math.min(good.length, bad.length);
  if (room === 0) return drafts;
  // Chosen by hash, so that they are spread over the run.
  const stays = (list: readonly Draft[]) =>
    list
      .map((draft) => ({ draft, rank: digestText(draft.line) }))
      .sort((left, right) => (left.rank < right.rank ? -1 : 1))
      .slice(0, room)
      .map(({ draft }) => draft);
  const kept = new Set([...stays(good), ...stays(bad)]);
  return drafts.filter((draft) => {
    if (kept.has(draft)) return true;
    drop("more of its label than of the other");
    return false;
  });
}

/** 1 to 4 for each row with a gain, by its rank among the gains of its task; 1 without one. */
export function quartiles(drafts: readonly Draft[]): ReadonlyMap<Draft, number> {
  const result = new Map<Draft, number>();
  for (const group of Map.groupBy(drafts, taskOf).values()) {
    const gains = group
      .flatMap(({ example }) => example.origin.gain ?? [])
      .sort((left, right) => left - right);
    for (const draft of group) {
      const { gain } = draft.example.origin;
      if (gain === undefined) continue;
      const below = gains.filter((each) => each < gain).length;
      result.set(draft, 1 + Math.floor((4 * below) / gains.length));
    }
  }
  return result;
}
