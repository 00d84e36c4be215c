/**
 * Outcomes of an earlier run, by candidate. A run with the same seed and configuration proposes the
 * same candidates: what it finds here it need not run again. That is how a run is replayed without
 * a sandbox, and how one that was killed goes on.
 */
import type { TraceEvent } from "../../core/event.ts";
import type { DataOf, KnownEvent } from "../../core/events/schemas.ts";
import type { Outcome } from "./cascade.ts";

export interface Recorded {
  /** Wall clock that the earlier run had spent; it counts against the budget of the later one. */
  readonly seconds: number;
  outcome(digest: string): Outcome | undefined;
  /** What a finalist was worth on the validation split, where it got that far. */
  validation(digest: string): Validation | undefined;
}

export type Validation = DataOf<"validation-result">;

/** The events that decide a run. */
export const DECISIVE = ["run-start", "candidate-result", "validation-result"] as const;
/** @param events Of one run, in order. */
export function recordedOutcomes(
  events: Iterable<KnownEvent & Pick<TraceEvent, "time">>,
): Recorded {
  const outcomes = new Map<string, Outcome>();
  const validations = new Map<string, Validation>();
  let began: number | undefined;
  let ended = 0;
  let before = 0;
  for (const event of events) {
    const at = Date.parse(event.time);
    began ??= at;
    switch (event.type) {
      case "run-start":
        before = event.volatile.before;
        break;
      case "candidate-result": {
        // Picking the winner is not the search.
        ended = at;
        const outcome = outcomeOf(event.data);
        if (outcome !== undefined) outcomes.set(event.data.digest, outcome);
        break;
      }
      case "validation-result":
        validations.set(event.data.digest, event.data);
        break;
      default:
        break;
    }
  }
  const seconds = Math.max(0, ended - (began ?? 0)) / 1000;
  return {
    seconds: before + (Number.isFinite(seconds) ? seconds : 0),
    outcome: (digest) => outcomes.get(digest),
    validation: (digest) => validations.get(digest),
  };
}

function outcomeOf(record: DataOf<"candidate-result">): Outcome | undefined {
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
