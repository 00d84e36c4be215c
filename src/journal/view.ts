/** A request as shown to people: its status, its steps, and what it waits for. */
import type { TraceEvent } from "../core/event.ts";
import { readOneOf } from "../core/events/read.ts";
import type { DataOf } from "../core/events/schemas.ts";
import type { EventStore } from "../core/ports.ts";
import type { RequestStatus } from "../core/request.ts";
import { SPENDING_UNITS } from "../core/spending.ts";
import { emptyJournal, type Journal, readStored, type Wait } from "./journal.ts";

export interface RequestView {
  readonly id: string;
  readonly objective: string;
  readonly requirements: readonly string[];
  readonly constraints: readonly string[];
  /** 1, and one more for each change by a person. */
  readonly revision: number;
  readonly status: RequestStatus;
  /** Cause of the status. */
  readonly cause: string;
  /** Whether a process is working on it now. */
  readonly live: boolean;
  /** When it continues by itself. */
  readonly dueAt: string | undefined;
  readonly steps: readonly StepView[];
  /** What it waits for, oldest first. */
  readonly waits: readonly Wait[];
  readonly plans: readonly string[];
  readonly answer: DataOf<"answer-given"> | undefined;
  readonly spent: Readonly<Record<string, number>>;
}

export interface StepView {
  /** `name#occurrence`, under the enclosing step. */
  readonly key: string;
  readonly status: "done" | "failed" | "begun" | "waiting";
}

/** @throws InputError RUN_NOT_FOUND */
export async function viewRequest(store: EventStore, id: string): Promise<RequestView> {
  const summary = await store.run(id);
  const journal = emptyJournal();
  const words: Words = { objective: summary.title, requirements: [], constraints: [] };
  const found: Found = { words, revision: 1, plans: [] };
  for await (const event of store.events(id)) {
    readStored(journal, event);
    note(event, found);
  }
  return {
    id,
    ...found.words,
    revision: found.revision,
    status: journal.status,
    cause: journal.cause,
    live: summary.status === "running",
    dueAt: summary.dueAt,
    steps: [...journal.started.keys()].map((key) => ({ key, status: statusOf(journal, key) })),
    waits: [...journal.waits.values()],
    plans: found.plans,
    answer: found.answer,
    spent: spentIn(journal),
  };
}

type Words = Pick<RequestView, "objective" | "requirements" | "constraints">;
interface Found {
  words: Words;
  revision: number;
  readonly plans: string[];
  answer?: DataOf<"answer-given">;
}

const SHOWN = ["request-submit", "request-revised", "plan-proposed", "answer-given"] as const;

function note(stored: TraceEvent, found: Found): void {
  const event = readOneOf(stored, SHOWN);
  switch (event?.type) {
    case "request-submit":
      found.words = wordsOf(event.data);
      return;
    case "request-revised":
      found.words = wordsOf(event.data);
      found.revision = event.data.revision ?? found.revision + 1;
      return;
    case "plan-proposed":
      found.plans.push(`${"step" in event.data ? event.data.step : "plan"}: ${event.data.reason}`);
      return;
    case "answer-given":
      found.answer = event.data;
      return;
    case "unread":
    case undefined:
      return;
  }
}

function wordsOf({ objective, requirements, constraints }: Words): Words {
  return { objective, requirements, constraints };
}

function statusOf(journal: Journal, key: string): StepView["status"] {
  if (journal.done.has(key)) return "done";
  if (journal.started.get(key)?.failed === true) {
    return journal.outage !== undefined && isOpen(journal, key) ? "waiting" : "failed";
  }
  const waits = [...journal.waits.keys()].some((wait) => wait.startsWith(key));
  return waits ? "waiting" : "begun";
}

/** Whether no enclosing step has a result: the next try of the model continues it. */
function isOpen({ done }: Journal, key: string): boolean {
  for (let at = key.lastIndexOf("/"); at > 0; at = key.lastIndexOf("/", at - 1)) {
    if (done.has(key.slice(0, at))) return false;
  }
  return true;
}

function spentIn(journal: Journal): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { amounts } of journal.spent.values()) {
    for (const unit of SPENDING_UNITS) {
      const amount = amounts[unit] ?? 0;
      if (amount > 0) sums[unit] = (sums[unit] ?? 0) + amount;
    }
  }
  return sums;
}
