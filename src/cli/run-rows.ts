/** The requests of a home as rows: each one below its parent, with its depth. */
import { z } from "zod";
import type { RunSummary } from "../core/event.ts";
import { readEvents } from "../core/events/read.ts";
import type { DataOf } from "../core/events/schemas.ts";
import { present } from "../core/present.ts";
import type { Engine } from "../engine/engine.ts";
import { type RequestSummary, summarizeRequest } from "../journal/list.ts";

export interface RunRow {
  /** The manifest's name, else the first words of the request. */
  readonly name: string;
  readonly agent: string | null;
  readonly task: string | null;
  readonly status: ListedStatus;
  readonly id: string;
  /** 0 for a person's request; 1, 2, ... for runs delegated by it. */
  readonly depth: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** What it waits for, or why it ended. */
  readonly cause: string;
}

export type ListedStatus = RequestSummary["status"];
type RunEngine = Pick<Engine, "events" | "manifests">;

/** Newest first; delegated runs are below the row of their parent. */
export async function runRows(engine: RunEngine): Promise<readonly RunRow[]> {
  const all = (await engine.events.runs()).filter(({ kind }) => kind === "request");
  const ids = new Set(all.map(({ id }) => id));
  const below = Map.groupBy(all.toReversed(), ({ parent }) =>
    parent !== undefined && ids.has(parent) ? parent : "",
  );
  const rows: RunRow[] = [];
  const visit = async (run: RunSummary, depth: number): Promise<void> => {
    rows.push(await rowOf(engine, run, depth));
    for (const child of below.get(run.id) ?? []) await visit(child, depth + 1);
  };
  for (const root of (below.get("") ?? []).toReversed()) await visit(root, 0);
  return rows;
}

async function rowOf(engine: RunEngine, run: RunSummary, depth: number): Promise<RunRow> {
  const view = await summarizeRequest(engine.events, run);
  const { agent, task, name } = view.status === "DAMAGED" ? {} : await origin(engine, run);
  const waits = view.waits.map((wait) => wait.name).join(", ");
  return {
    name: name ?? run.title.replace(/\s+/g, " ").slice(0, 60),
    agent: agent ?? null,
    task: task ?? null,
    status: view.status,
    id: run.id,
    depth,
    startedAt: run.startedAt,
    endedAt: run.endedAt ?? null,
    cause: waits === "" ? view.cause : waits,
  };
}

export interface Origin {
  readonly agent?: string;
  readonly task?: string;
  readonly name?: string;
}

/** The agent that works on it and the manifest's run that it belongs to, from its first event. */
async function origin({ events }: Pick<Engine, "events">, run: RunSummary): Promise<Origin> {
  for await (const { data } of readEvents(events, run.id, ["request-submit"])) {
    return originIn(data);
  }
  return {};
}

/** Fields that a source of any kind may have. */
const Source = z.object({
  agent: z.string().exactOptional(),
  task: z.string().exactOptional(),
  run: z.string().exactOptional(),
});

export function originIn({ agent: delegated, work }: DataOf<"request-submit">): Origin {
  if (delegated !== undefined) return { agent: delegated };
  const { run, ...source } = Source.safeParse(work?.source).data ?? {};
  return { ...source, ...present({ name: run }) };
}

const WORDS: Readonly<Record<ListedStatus, string>> = {
  DAMAGED: "Damaged",
  NOT_STARTED: "Pending",
  IN_PROGRESS: "Running",
  WAITING_FEEDBACK: "Waiting",
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  CANCELED: "Canceled",
};

export function statusWord(status: ListedStatus): string {
  return WORDS[status];
}

/** @returns undefined if the word is not a status in either spelling. */
export function statusOf(word: string): ListedStatus | undefined {
  const found = Object.entries(WORDS).find(
    ([status, label]) =>
      status === word.toUpperCase() || label.toLowerCase() === word.toLowerCase(),
  );
  return found?.[0] as ListedStatus | undefined;
}
