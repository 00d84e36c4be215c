/** Requests as many: a page of them costs what the page holds, whatever else is in the home. */
import { StoreError } from "../core/errors.ts";
import type { RunStatus, RunSummary } from "../core/event.ts";
import { readOneOf } from "../core/events/read.ts";
import type { EventStore, RunPage } from "../core/ports.ts";
import type { RequestStatus } from "../core/request.ts";
import { emptyJournal, readStored } from "./journal.ts";
import type { RequestView } from "./view.ts";

/** A request as one of many: told by few of its events, and by its record where those cannot be read. */
export interface RequestSummary
  extends Pick<RequestView, "id" | "objective" | "cause" | "live" | "dueAt" | "waits"> {
  /** DAMAGED: its events cannot be read; the cause says what to do. */
  readonly status: RequestStatus | "DAMAGED";
}

const SUMMED_UP = ["request-status", "request-revised", "wait-started", "wait-done"] as const;

/** @throws StoreError but CORRUPT_RECORD */
export async function summarizeRequest(
  store: EventStore,
  { id, title, status, dueAt }: RunSummary,
): Promise<RequestSummary> {
  const journal = emptyJournal();
  const common = { id, live: status === "running", dueAt };
  let objective = title;
  try {
    for await (const event of store.events(id, { types: SUMMED_UP })) {
      readStored(journal, event);
      const revised = readOneOf(event, ["request-revised"]);
      if (revised?.type === "request-revised") objective = revised.data.objective;
    }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "CORRUPT_RECORD") throw error;
    const cause = `${error.message} See what is left: toolwright traces show ${id} --verify. Submit it again.`;
    return { ...common, objective, status: "DAMAGED", cause, waits: [] };
  }
  const waits = [...journal.waits.values()];
  return { ...common, objective, status: journal.status, cause: journal.cause, waits };
}

export interface RequestPage extends Omit<RunPage, "kind"> {
  readonly status?: RequestSummary["status"];
}

/** Runs that are looked at together. */
const STRIDE = 200;

/** Newest first. @throws InputError RUN_NOT_FOUND for a neighbour that is not there. */
export async function listRequests(
  store: EventStore,
  { status, limit = Number.MAX_SAFE_INTEGER, ...page }: RequestPage = {},
): Promise<readonly RequestSummary[]> {
  // Away from the run that was named: to newer ones only where none bounds them above.
  const upwards = page.after !== undefined && page.before === undefined;
  const found: RequestSummary[] = [];
  let rest: Omit<RunPage, "kind" | "limit"> = page;
  while (found.length < limit) {
    const most = status === undefined ? Math.min(limit - found.length, STRIDE) : STRIDE;
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

/** What has ended says so without its events. */
function isOther(run: RunSummary["status"], wanted: RequestPage["status"]): boolean {
  if (wanted === undefined || wanted === "DAMAGED") return false;
  const ended = ENDED_AS[run];
  return ended !== undefined && ended !== wanted;
}
