/**
 * Outcomes of an earlier run, by candidate. A run with the same seed and configuration proposes the
 * same candidates: what it finds here it need not run again. That is how a run is replayed without
 * a sandbox, and how one that was killed goes on.
 */
import { z } from "zod";
import type { TraceEvent } from "../../core/event.ts";
import type { Outcome } from "./cascade.ts";

export interface Recorded {
  /** Wall clock that the earlier run had spent; it counts against the budget of the later one. */
  readonly seconds: number;
  outcome(digest: string): Outcome | undefined;
  /** What a finalist was worth on the validation split, where it got that far. */
  validation(digest: string): Validation | undefined;
}

/** The part of a `candidate-result` event that decides a run. */
export const CandidateRecord = z.looseObject({
  digest: z.string(),
  status: z.enum(["scored", "dropped", "duplicate", "failed"]),
  fitness: z.number().optional(),
  scores: z.array(z.number()).optional(),
  feedback: z.array(z.string()).optional(),
  samples: z.number().exactOptional(),
  error: z.number().exactOptional(),
  kind: z.string().optional(),
  reason: z.string().optional(),
});
export type CandidateRecord = z.output<typeof CandidateRecord>;

/** The data of a `validation-result` event. */
const Validation = z.looseObject({
  digest: z.string(),
  fitness: z.number().exactOptional(),
  failure: z.string().exactOptional(),
  samples: z.number().exactOptional(),
  error: z.number().exactOptional(),
});
export type Validation = z.output<typeof Validation>;

/** Seconds that runs before this one had spent on the same search. */
const StartRecord = z.looseObject({ before: z.number().default(0) });

/** @param events Of one run, in order. */
export function recordedOutcomes(events: Iterable<TraceEvent>): Recorded {
  const outcomes = new Map<string, Outcome>();
  const validations = new Map<string, Validation>();
  let began: number | undefined;
  let ended = 0;
  let before = 0;
  for (const event of events) {
    const at = Date.parse(event.time);
    began ??= at;
    if (event.type === "run-start") before = StartRecord.parse(event.volatile ?? {}).before;
    // Picking the winner is not the search.
    if (event.type === "candidate-result") ended = at;
    if (event.type === "validation-result") {
      const validation = Validation.parse(event.data);
      validations.set(validation.digest, validation);
    }
    if (event.type !== "candidate-result") continue;
    const record = CandidateRecord.parse(event.data);
    const outcome = outcomeOf(record);
    if (outcome !== undefined) outcomes.set(record.digest, outcome);
  }
  const seconds = Math.max(0, ended - (began ?? 0)) / 1000;
  return {
    seconds: before + (Number.isFinite(seconds) ? seconds : 0),
    outcome: (digest) => outcomes.get(digest),
    validation: (digest) => validations.get(digest),
  };
}

function outcomeOf(record: CandidateRecord): Outcome | undefined {
  switch (record.status) {
    case "scored":
      return {
        status: "scored",
        fitness: record.fitness ?? Number.NaN,
        scores: record.scores ?? [],
        feedback: record.feedback ?? [],
        ...(record.samples === undefined ? {} : { samples: record.samples }),
        ...(record.error === undefined ? {} : { error: record.error }),
      };
    case "dropped":
      return { status: "dropped", fitness: record.fitness ?? Number.NaN };
    case "failed":
      return { status: "failed", kind: record.kind ?? "threw", reason: record.reason ?? "" };
    case "duplicate":
      return undefined;
  }
}
