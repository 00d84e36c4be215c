/**
 * What an earlier run left for one that goes on in its place: outcomes of its candidates, replies
 * of its models.
 */
import { InputError } from "../../core/errors.ts";
import type { TraceEvent } from "../../core/event.ts";
import type { Json } from "../../core/json.ts";
import type { EventStore } from "../../core/ports.ts";
import { type Recorded, recordedOutcomes } from "./recorded.ts";

async function eventsOf(store: EventStore, runId: string): Promise<readonly TraceEvent[]> {
  const list: TraceEvent[] = [];
  for await (const event of store.events(runId)) list.push(event);
  return list;
}

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
  const list = await eventsOf(store, runId);
  const start = list.find(({ type }) => type === "run-start")?.data as
    | { readonly task?: Json; readonly config?: Readonly<Record<string, Json>> }
    | undefined;
  if (start !== undefined) {
    const had: Readonly<Record<string, Json>> = { task: start.task ?? null, ...start.config };
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
  return recordedOutcomes(list);
}

/** Replies of a run's models, kept beside it; none if it asked no model. */
export async function recordedReplies(store: EventStore, runId: string): Promise<readonly Json[]> {
  const runs = await store.runs();
  if (!runs.some(({ id }) => id === runId)) return [];
  return (await eventsOf(store, runId)).map(({ data }) => data);
}
