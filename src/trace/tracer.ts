/**
 * Trace: how a part of the engine records a run. A write resolves when the events are on disk. Secrets
 * are redacted here, before anything is stored.
 */
import type { NewEvent, RunKind, RunStatus } from "../core/event.ts";
import { withTexts } from "../core/events/read.ts";
import type { EventStore } from "../core/ports.ts";
import type { RedactionCounts, Redactor } from "./redact/redact.ts";

export interface Trace {
  /** Id of the run. */
  readonly id: string;
  /** In order, all or none; on disk when it resolves. */
  events(events: readonly NewEvent[]): Promise<void>;
  /** Ends the run: later events are refused. */
  end(status: Exclude<RunStatus, "running" | "waiting" | "damaged">): Promise<void>;
  /** Number of redactions so far, by rule. */
  redactions(): RedactionCounts;
}

/**
 * Begins a run, or continues one whose process died.
 *
 * @param run `id` comes from the caller; the trace generates none.
 * @throws StoreError RUN_EXISTS, or what the store rejects with.
 */
export async function openTrace(
  store: EventStore,
  run: {
    readonly id: string;
    readonly kind: RunKind;
    readonly title: string;
    readonly parent?: string;
  },
  redactor: Redactor,
): Promise<Trace> {
  const redaction = redactor.session();
  await store.begin({ ...run, title: redaction.text(run.title) });

  return {
    id: run.id,
    async events(events) {
      await store.append(
        run.id,
        events.map((event) => withTexts(event, redaction.json)),
      );
    },
    end(status) {
      return store.end(run.id, status);
    },
    redactions: redaction.counts,
  };
}
