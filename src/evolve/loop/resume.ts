/**
 * Reads what a resumed run reuses of the earlier run: outcomes of candidates, replies of models.
 */
import { InputError } from "../../core/errors.ts";
import type { RecordedCall } from "../../core/events/model.ts";
import { readEvents } from "../../core/events/read.ts";
import type { Json } from "../../core/json.ts";
import type { EventStore } from "../../core/ports.ts";
import { type Amounts, sumOfAmounts } from "../../core/spending.ts";
import { RECORDED_EVENTS, type Recorded, recordedOutcomes } from "./recorded.ts";

/**
 * The recorded outcomes of an earlier run; empty if it was killed before its first event.
 *
 * @throws InputError RESUME_MISMATCH if task, seed, generator, strategy, number of samplers or novelty
 * threshold differ: the new run would propose other candidates.
 */
export async function recordedBy(
  store: EventStore,
  runId: string,
  wanted: Readonly<Record<string, Json>>,
): Promise<Recorded> {
  const events = await Array.fromAsync(readEvents(store, runId, RECORDED_EVENTS));
  const start = events.find((event) => event.type === "run-start");
  if (start !== undefined) {
    const { task, config } = start.data;
    const had: Readonly<Record<string, Json>> = { task, ...config };
    // A setting that an older run does not name did not exist.
    const differing = Object.keys(wanted).filter((key) => wanted[key] !== (had[key] ?? null));
    if (differing.length > 0) {
      const listed = differing.map(
        (key) => `${key} ${String(had[key])}, got ${String(wanted[key])}`,
      );
      throw new InputError(
        "RESUME_MISMATCH",
        `Run ${runId} can only resume with its own settings: expected ${listed.join("; ")}. Use these, or start a new run.`,
      );
    }
  }
  return recordedOutcomes(events);
}

/** Replies of a run's models, stored as a separate run; none if it called no model. */
export async function recordedReplies(
  store: EventStore,
  runId: string,
): Promise<readonly RecordedCall[]> {
  if (!(await exists(store, runId))) return [];
  const replies = await Array.fromAsync(readEvents(store, runId, ["model-recorded"]));
  return replies.map(({ data }) => data);
}

/** What calls without a reply have cost, from the same run. */
export async function recordedCharges(store: EventStore, runId: string): Promise<Amounts> {
  if (!(await exists(store, runId))) return {};
  const charges = new Map<string, Amounts>();
  for await (const event of readEvents(store, runId, ["budget-reserved", "budget-settled"])) {
    charges.set(event.data.key, event.volatile.amounts);
  }
  return sumOfAmounts(charges.values());
}

async function exists(store: EventStore, runId: string): Promise<boolean> {
  return (await store.runs()).some(({ id }) => id === runId);
}
