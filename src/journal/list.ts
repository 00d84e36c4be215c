/** Lists requests by pages: the cost of a page does not depend on the other requests in the home. */
import { StoreError } from "../core/errors.ts";
import type { RunStatus, RunSummary } from "../core/event.ts";
import { readOneOf } from "../core/events/read.ts";
import type { EventStore, RunPage } from "../core/ports.ts";
import type { RequestStatus } from "../core/request.ts";
import { emptyJournal, readStored } from "./journal.ts";
import type { RequestView } from "./view.ts";

/** A request in a list, read from a few of its events, or only from its record if they are damaged. */
export interface RequestSummary
  extends Pick<RequestView, "id" | "objective" | "cause" | "live" | "dueAt" | "waits"> {
  /** DAMAGED: its events cannot be read; the cause says what to do. */
  readonly status: RequestStatus | "DAMAGED";
}

const SUMMARY_EVENTS = ["request-status", "request-revised", "wait-started", "wait-done"] as const;

/** @throws StoreError, but not CORRUPT_RECORD */
export async function summarizeRequest(
  store: EventStore,
  { id, title, status, dueAt }: RunSummary,
): Promise<RequestSummary> {
  const journal = emptyJournal();
  const common = { id, live: status === "running", dueAt };
  let objective = title;
  const damaged = (reason: string): RequestSummary => {
    const cause = `${reason} See the readable part: toolwright traces show ${id} --verify. Submit it again.`;
    return { ...common, objective, status: "DAMAGED", cause, waits: [] };
  };
  if (status === "damaged") return damaged("The record of the run cannot be read.");
  try {
    for await (const event of store.events(id, { types: SUMMARY_EVENTS })) {
      readStored(journal, event);
      const revised = readOneOf(event, ["request-revised"]);
      if (revised?.type === "request-revised") objective = revised.data.objective;
    }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "CORRUPT_RECORD") throw error;
    return damaged(error.message);
  }
  const waits = [...journal.waits.values()];
  return { ...common, objective, status: journal.status, cause: journal.cause, waits };
}

export interface RequestPage extends Omit<RunPage, "kind"> {
  readonly status?: RequestSummary["status"];
}

/** Runs that are read together. */
const BATCH = 200;

/** Newest first. @throws InputError RUN_NOT_FOUND if the run in `before` or `after` does not exist. */
export async function listRequests(
  store: EventStore,
  { status, limit = Number.MAX_SAFE_INTEGER, ...page }: RequestPage = {},
): Promise<readonly RequestSummary[]> {
  // Reads away from the given run: towards newer runs only if there is no upper bound.
  const upwards = page.after !== undefined && page.before === undefined;
  const found: RequestSummary[] = [];
  let rest: Omit<RunPage, "kind" | "limit"> = page;
  while (found.length < limit) {
    const most = status === undefined ? Math.min(limit - found.length, BATCH) : BATCH;
    const runs = await store.runs({ ...rest, kind: "request", limit: most });
    const next = upwards ? runs.toReversed() : runs;
    for (const run of next) {
      if (found.length >= limit) break;
      if (isOther(run.status, status)) continue;
      const summary = await summarizeRequest(store, run);
      if (status === undefined || summary.status === status) found.push(summary);
    }
    const last = next.at(-1)?.id;
    if (last === undefined) break;
    rest = upwards ? { after: last } : { ...rest, before: last };
  }
  return upwards ? found.toReversed() : found;
}

const ENDED_AS: Readonly<Partial<Record<RunStatus, RequestStatus>>> = {
  succeeded: "SUCCEEDED",
  failed: "FAILED",
  canceled: "CANCELED",
};

/** The status of an ended run is known without its events. */
function isOther(run: RunSummary["status"], wanted: RequestPage["status"]): boolean {
  if (wanted === undefined || wanted === "DAMAGED") return false;
  const ended = ENDED_AS[run];
  return ended !== undefined && ended !== wanted;
}
