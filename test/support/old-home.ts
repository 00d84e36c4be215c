/**
 * What a home of the version before holds, as that version wrote it: requests by rule and by model,
 * revised, approved, refused and answered by a person, with the tools, runs and replies made for them.
 */
import { readFileSync } from "node:fs";
import type { RunSummary, StoredEvent } from "../../src/core/event.ts";
import type { EventStore } from "../../src/core/ports.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { foreignEvent } from "./events.ts";

const FILE = new URL("../fixtures/old-home-events.jsonl", import.meta.url);

type RunLine = {
  readonly run: Pick<RunSummary, "id" | "kind" | "title" | "parent">;
  readonly status: "succeeded" | "failed" | "canceled";
  readonly sum: string;
};
type EventLine = StoredEvent & { readonly time: string };

export interface OldHome {
  readonly store: EventStore;
  /** As the version before summed them up, oldest first. */
  readonly runs: readonly RunLine[];
}

export async function oldHome(): Promise<OldHome> {
  let now = 0;
  const store = memoryEventStore({ clock: { now: () => now, monotonicMs: () => now } });
  const runs: RunLine[] = [];
  const end = async (): Promise<void> => {
    const last = runs.at(-1);
    if (last !== undefined) await store.end(last.run.id, last.status);
  };
  for (const text of readFileSync(FILE, "utf8").trim().split("\n")) {
    const line = JSON.parse(text) as RunLine | EventLine;
    if ("run" in line) {
      await end();
      runs.push(line);
      await store.begin(line.run);
    } else {
      const { time, type, data, ...more } = line;
      now = Date.parse(time);
      await store.append(runs.at(-1)?.run.id ?? "", [foreignEvent(type, data, more)]);
    }
  }
  await end();
  return { store, runs };
}
