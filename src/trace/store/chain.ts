/**
 * The hash chain over the events of a run: each `sum` is SHA-256 over the previous sum, the type and
 * the canonical data. Time and volatile facts are not included, so two runs of the same seed end with
 * the same sum; a lost, added, moved or changed event gives another sum.
 *
 * It detects damage and mistakes. It is not a signature: whoever can rewrite the store can rewrite the
 * sums.
 */
import { hash } from "node:crypto";
import { StoreError } from "../../core/errors.ts";
import type { EventStore } from "../../core/ports.ts";
import { recordText } from "./record.ts";

/** The sum before the first event. */
export const FIRST_SUM = "0".repeat(64);

/** @param dataText Canonical JSON text of the event's data. */
export function nextSum(previous: string, type: string, dataText: string): string {
  return hash("sha256", `${previous}\n${type}\n${dataText}`);
}

export interface Verification {
  readonly run: string;
  /** Whether every event exists, in order, as it was appended. */
  readonly ok: boolean;
  /** Number of readable events. */
  readonly events: number;
  /** The sum, computed again from them. */
  readonly sum: string;
  /** Each problem names its event, e.g. "event 8: ...". */
  readonly problems: readonly string[];
}

/** Reading stops after this many problems. */
const MAX_PROBLEMS = 100;

/**
 * Reads a run and computes its chain again. O(bytes of the run).
 *
 * @throws InputError RUN_NOT_FOUND
 */
export async function verifyRun(store: EventStore, runId: string): Promise<Verification> {
  const before = await store.run(runId);
  const problems: string[] = [];
  const report = (at: number, problem: string) => problems.push(`event ${at}: ${problem}`);
  let events = 0;
  let seq = 0;
  let sum = FIRST_SUM;
  let after: number | undefined = 0;

  while (after !== undefined && problems.length < MAX_PROBLEMS) {
    try {
      for await (const event of store.events(runId, { after })) {
        if (event.seq !== seq + 1) {
          report(event.seq, `expected event ${seq + 1} before this one`);
        }
        const expected = nextSum(sum, event.type, recordText(event.data));
        if (event.sum !== expected) {
          report(event.seq, "its sum does not match its content");
        }
        // Continuing from the stored sum reports a fault once instead of at every later event.
        sum = event.sum;
        seq = event.seq;
        events++;
        if (problems.length >= MAX_PROBLEMS) break;
      }
      after = undefined;
    } catch (error) {
      const at = error instanceof StoreError ? error.facts.seq : undefined;
      if (!(error instanceof StoreError) || error.code !== "CORRUPT_RECORD") throw error;
      report(typeof at === "number" ? at : seq + 1, error.message);
      // A damaged event is skipped; damage without a position ends the reading.
      after = typeof at === "number" && at > (after ?? 0) ? at : undefined;
      if (after !== undefined) seq = after;
    }
  }

  // A run that is being written may grow in the meantime; it never shrinks.
  if (seq < before.events) {
    report(seq, `the run has ${before.events} events, read up to ${seq}`);
  } else if (seq === before.events && sum !== before.sum && problems.length === 0) {
    report(seq, "the run's sum is not that of its last event");
  }
  return { run: runId, ok: problems.length === 0, events, sum, problems };
}
