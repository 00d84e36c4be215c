/**
 * How much of what is exported: a cap per task, labels evened out, larger gains worth more.
 */
import type { Example, ExampleImage, Origin } from "./examples.ts";
import type { ResolvedOptions } from "./options.ts";

/** What is known of an example while its words wait on disk. */
export interface Sketch {
  readonly kind: Example["kind"];
  /** Of a labelled one. */
  readonly label?: boolean;
  readonly origin: Origin;
  readonly images: readonly ExampleImage[];
  /** Whether tools were called in it. */
  readonly hasCalls: boolean;
}

/** A row on its way. */
export interface Draft extends Sketch {
  readonly line: () => string;
  /** Of the line. */
  readonly digest: string;
  readonly tokens: number;
  /** Whether it is written as rows of a file with images are. */
  readonly pictured: boolean;
}

/** Larger gains first, or scores where nothing was gained; of equals, the earlier one. */
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
    // Labels share the room of their task equally.
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

/** Labels are evened out: the trainer's loss assumes about as many of one as of the other. */
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

/** 1 to 4 for each row with a gain, by its rank among the gains of its task; 1 without one. */
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
