/**
 * Limits the amount of exported rows: a cap per task, balanced labels, more weight for larger gains.
 */
import type { Example, ExampleImage, Origin } from "./examples.ts";
import type { ResolvedOptions } from "./options.ts";

/** The facts about an example that stay in memory while its text is on disk. */
export interface Sketch {
  readonly kind: Example["kind"];
  /** Only for a labelled example. */
  readonly label?: boolean;
  readonly origin: Origin;
  readonly images: readonly ExampleImage[];
  /** Whether it contains tool calls. */
  readonly hasCalls: boolean;
}

/** A row before it is written. */
export interface Draft extends Sketch {
  readonly line: () => string;
  /** Digest of the line. */
  readonly digest: string;
  readonly tokens: number;
  /** Whether it is written in the format of files with images. */
  readonly pictured: boolean;
}

/** Larger gains first; without a gain, higher scores first. Equal ones stay in order. */
export function byGain<T extends Pick<Sketch, "origin">>(items: readonly T[]): readonly T[] {
  const worth = ({ origin: { gain, score } }: T) => gain ?? score ?? Number.NEGATIVE_INFINITY;
  return items.toSorted((left, right) => {
    const [a, b] = [worth(left), worth(right)];
    return a === b ? 0 : b - a;
  });
}

function taskOf({ origin }: Draft): string {
  return origin.task ?? origin.families[0] ?? "";
}

export function capped(
  drafts: readonly Draft[],
  { maxPerTask }: ResolvedOptions,
  drop: (reason: string) => void,
): readonly Draft[] {
  const counts = new Map<string, number>();
  const over = new Set<Draft>();
  for (const draft of byGain(drafts)) {
    // The labels share the cap of their task equally.
    const labelled = draft.kind === "labelled";
    const key = labelled ? `${draft.label} ${taskOf(draft)}` : taskOf(draft);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count <= (labelled ? Math.ceil(maxPerTask / 2) : maxPerTask)) continue;
    over.add(draft);
    drop("over the cap of its task");
  }
  return drafts.filter((draft) => !over.has(draft));
}

/** Balances labels: the trainer's loss assumes about equal numbers of both. */
export function balanced(
  drafts: readonly Draft[],
  drop: (reason: string) => void,
): readonly Draft[] {
  const isGood = ({ kind, label }: Draft) => kind === "labelled" && label === true;
  const isBad = ({ kind, label }: Draft) => kind === "labelled" && label === false;
  const good = drafts.filter(isGood);
  const bad = drafts.filter(isBad);
  const room = Math.min(good.length, bad.length);
  if (room === 0) return drafts;
  // Chosen by hash, so that they are spread over the run.
  const stays = (list: readonly Draft[]) =>
    list.toSorted((left, right) => (left.digest < right.digest ? -1 : 1)).slice(0, room);
  const kept = new Set([...stays(good), ...stays(bad)]);
  return drafts.filter((draft) => {
    if (kept.has(draft)) return true;
    drop("more of its label than of the other");
    return false;
  });
}

/** 1 to 4 for each row with a gain, by rank of its gain within the task; 1 without a gain. */
export function quartiles(drafts: readonly Draft[]): ReadonlyMap<Draft, number> {
  const result = new Map<Draft, number>();
  for (const group of Map.groupBy(drafts, taskOf).values()) {
    const gains = group
      .flatMap(({ origin }) => origin.gain ?? [])
      .sort((left, right) => left - right);
    for (const draft of group) {
      const { gain } = draft.origin;
      if (gain === undefined) continue;
      const below = gains.filter((each) => each < gain).length;
      result.set(draft, 1 + Math.floor((4 * below) / gains.length));
    }
  }
  return result;
}
