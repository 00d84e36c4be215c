/**
 * Outcomes of an earlier run, by candidate. A run with the same seed and configuration proposes the
 * same candidates, so it can use the recorded outcomes and need not run them again. In this way a run
 * is replayed without a sandbox, and a killed run is resumed.
 */
import type { TraceEvent } from "../../core/event.ts";
import type { DataOf, KnownEvent } from "../../core/events/schemas.ts";
import { present } from "../../core/present.ts";
import type { Outcome } from "./cascade.ts";

export interface Recorded {
  /** Wall clock that the earlier run has spent; it counts against the later run's budget. */
  readonly seconds: number;
  outcome(digest: string): Outcome | undefined;
  /** A finalist's result on the validation split, if the run got that far. */
  validation(digest: string): Validation | undefined;
}

export type Validation = DataOf<"validation-result">;

/** The events that `recordedOutcomes` reads. */
export const RECORDED_EVENTS = ["run-start", "candidate-result", "validation-result"] as const;
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
        // The time to pick the winner does not count as search time.
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
        ...present({ samples: record.samples, error: record.error }),
      };
    case "dropped":
      return { status: "dropped", fitness: record.fitness ?? Number.NaN };
    case "failed":
      return { status: "failed", kind: record.kind ?? "threw", reason: record.reason ?? "" };
    case "duplicate":
      return undefined;
  }
}
