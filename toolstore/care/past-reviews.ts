/** Decisions about stored tools, read from the trace. */
import { readEvents } from "../../src/core/events/read.ts";
import type { DataOf } from "../../src/core/events/schemas.ts";
import type { EventStore } from "../../src/core/ports.ts";

/** `time`: ISO 8601. */
export type Review = DataOf<"tool-review"> & { readonly time: string; readonly runId: string };

/** The decisions about a tool, oldest first, without those that could not be carried out. */
export async function reviewsOf(events: EventStore, name: string): Promise<readonly Review[]> {
  const found: Review[] = [];
  const title = ` ${name}@`;
  for (const run of (await events.runs()).toReversed()) {
    if (run.kind !== "library" || run.status !== "succeeded" || !run.title.includes(title))
      continue;
    for await (const { data, time } of readEvents(events, run.id, ["tool-review"])) {
      if (data.name === name) found.push({ ...data, time, runId: run.id });
    }
  }
  return found;
}
