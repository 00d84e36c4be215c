/**
 * Outcomes of an earlier run, by candidate. A run with the same seed and configuration proposes the
 * same candidates: what it finds here it need not run again. That is how a run is replayed without
 * a sandbox, and how one that was killed goes on.
 */
import { z } from "zod";
import type { TraceEvent } from "../core/event.ts";
import type { Outcome } from "./cascade.ts";

export interface Recorded {
  outcome(digest: string): Outcome | undefined;
}

/** The part of a `candidate-result` event that decides a run. */
export const CandidateRecord = z.looseObject({
  digest: z.string(),
  status: z.enum(["scored", "dropped", "duplicate", "failed"]),
  fitness: z.number().optional(),
  scores: z.array(z.number()).optional(),
  feedback: z.array(z.string()).optional(),
  kind: z.string().optional(),
  reason: z.string().optional(),
});
export type CandidateRecord = z.output<typeof CandidateRecord>;

export function recordedOutcomes(events: Iterable<TraceEvent>): Recorded {
  const outcomes = new Map<string, Outcome>();
  for (const event of events) {
    if (event.type !== "candidate-result") continue;
    const record = CandidateRecord.parse(event.data);
    const outcome = outcomeOf(record);
    if (outcome !== undefined) outcomes.set(record.digest, outcome);
  }
  return { outcome: (digest) => outcomes.get(digest) };
}

function outcomeOf(record: CandidateRecord): Outcome | undefined {
  switch (record.status) {
    case "scored":
      return {
        status: "scored",
        fitness: record.fitness ?? Number.NaN,
        scores: record.scores ?? [],
        feedback: record.feedback ?? [],
      };
    case "dropped":
      return { status: "dropped", fitness: record.fitness ?? Number.NaN };
    case "failed":
      return { status: "failed", kind: record.kind ?? "threw", reason: record.reason ?? "" };
    case "duplicate":
      return undefined;
  }
}
