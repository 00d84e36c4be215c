/**
 * The programs of a run, fetched when it is known which ones are needed: a run has tens of thousands,
 * an export takes a few. Recipes are gone through twice. The first time nothing is there: what is
 * asked for is noted down. Then those are read, and the second time they are there. What a recipe
 * chooses depends on scores and lengths, never on a program's words, so both times are alike.
 */
import type { EventStore } from "../core/ports.ts";
import { findEvents } from "../trace/read/read.ts";
import { CandidateEvent } from "../trace/read/vocabulary.ts";

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
    for await (const { data } of findEvents(store, runId, ["candidate-result"])) {
      const digest = (data as { readonly digest?: unknown }).digest;
      if (typeof digest !== "string" || !wanted.has(digest) || found.has(digest)) continue;
      const candidate = CandidateEvent.safeParse(data);
      if (candidate.data?.source === undefined) continue;
      found.set(digest, {
        source: candidate.data.source,
        faults: candidate.data.feedback ?? [],
      });
    }
  }
  return (digest) => found.get(digest) ?? { source: "", faults: [] };
}
