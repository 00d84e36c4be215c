/**
 * The programs of a run, fetched when it is known which ones are needed: a run has tens of thousands,
 * an export takes a few. Recipes are gone through twice. The first time nothing is there: what is
 * asked for is noted down. Then those are read, and the second time they are there. What a recipe
 * chooses depends on scores and lengths, never on a program's words, so both times are alike.
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

/** Notes down what is asked for. */
export function notedPrograms(wanted: Set<string>): Programs {
  return (digest) => {
    wanted.add(digest);
    return { source: "", faults: [] };
  };
}

/** Of each digest, the first candidate that carries its source. */
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
