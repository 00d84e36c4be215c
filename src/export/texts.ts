/**
 * The programs of a run, loaded once it is known which are needed: a run has tens of thousands, an
 * export uses a few. Recipes run twice. The first pass only collects the requested digests. Then these
 * programs are read, and the second pass gets them. A recipe's choices depend on scores and lengths,
 * never on the text of a program, so both passes choose the same.
 */
import { readEvents } from "../core/events/read.ts";
import type { EventStore } from "../core/ports.ts";

export interface Program {
  readonly source: string;
  /** What it gets wrong, case by case. */
  readonly faults: readonly string[];
}

/** @param digest Of a candidate whose source is in the trace. */
export type Programs = (digest: string) => Program;

/** Collects the requested digests. */
export function notedPrograms(wanted: Set<string>): Programs {
  return (digest) => {
    wanted.add(digest);
    return { source: "", faults: [] };
  };
}

/** For each digest, the first candidate with its source. */
export async function readPrograms(
  store: EventStore,
  runId: string,
  wanted: ReadonlySet<string>,
): Promise<Programs> {
  const found = new Map<string, Program>();
  if (wanted.size > 0) {
    for await (const { data } of readEvents(store, runId, ["candidate-result"])) {
      const { digest, source, feedback = [] } = data;
      if (source === undefined || !wanted.has(digest) || found.has(digest)) continue;
      found.set(digest, { source, faults: feedback });
    }
  }
  return (digest) => found.get(digest) ?? { source: "", faults: [] };
}
