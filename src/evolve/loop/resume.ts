/**
 * What an earlier run left for one that goes on in its place: outcomes of its candidates, replies
 * of its models.
 */
import { InputError } from "../../core/errors.ts";
import type { RecordedCall } from "../../core/events/model.ts";
import { readEvents } from "../../core/events/read.ts";
import type { Json } from "../../core/json.ts";
import type { EventStore } from "../../core/ports.ts";
import { DECISIVE, type Recorded, recordedOutcomes } from "./recorded.ts";

/**
 * What an earlier run has recorded; nothing, if it was killed before its first event.
 *
 * @throws InputError RESUME_MISMATCH if it was another task, seed, generator, strategy, number of
 * samplers or bound of novelty: its outcomes would not be asked for.
 */
export async function recordedBy(
  store: EventStore,
  runId: string,
  wanted: Readonly<Record<string, Json>>,
): Promise<Recorded> {
  const events = await Array.fromAsync(readEvents(store, runId, DECISIVE));
  const start = events.find((event) => event.type === "run-start");
  if (start !== undefined) {
    const { task, config } = start.data;
    const had: Readonly<Record<string, Json>> = { task, ...config };
    // What an older run does not name was not there.
    const differing = Object.keys(wanted).filter((key) => wanted[key] !== (had[key] ?? null));
    if (differing.length > 0) {
      const told = differing.map((key) => `${key} ${String(had[key])}, got ${String(wanted[key])}`);
      throw new InputError(
        "RESUME_MISMATCH",
        `Run ${runId} can only go on as it began: expected ${told.join("; ")}. Give the same, or start a new run.`,
      );
    }
  }
  return recordedOutcomes(events);
}

/** Replies of a run's models, kept beside it; none if it asked no model. */
export async function recordedReplies(
  store: EventStore,
  runId: string,
): Promise<readonly RecordedCall[]> {
  const runs = await store.runs();
  if (!runs.some(({ id }) => id === runId)) return [];
  const replies = await Array.fromAsync(readEvents(store, runId, ["model-recorded"]));
  return replies.map(({ data }) => data);
}
