/** A request as a person sees it: where it stands, what was done, and what it waits for. */
import type { TraceEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
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
  /** Why it is there. */
  readonly cause: string;
  /** Whether a process is at it now. */
  readonly live: boolean;
  /** When it goes on by itself. */
  readonly dueAt: string | undefined;
  readonly steps: readonly StepView[];
  /** What it waits for, oldest first. */
  readonly waits: readonly Wait[];
  readonly plans: readonly string[];
  readonly answer: Json | undefined;
  readonly spent: Readonly<Record<string, number>>;
}

export interface StepView {
  /** `name#occurrence`, under the step around it. */
  readonly key: string;
  readonly status: "done" | "failed" | "begun" | "waiting";
}

/** @throws InputError RUN_NOT_FOUND */
export async function viewRequest(store: EventStore, id: string): Promise<RequestView> {
  const summary = await store.run(id);
  const journal = emptyJournal();
  const words = { objective: summary.title, requirements: [], constraints: [] };
  const found: { words: typeof words; revision: number; plans: string[]; answer?: Json } = {
    words,
    revision: 1,
    plans: [],
  };
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

function note(
  { type, data }: TraceEvent,
  found: { words: object; revision: number; plans: string[]; answer?: Json },
): void {
  const facts = data as Readonly<Record<string, Json>>;
  const { objective, requirements = [], constraints = [] } = facts;
  switch (type) {
    case "request-submit":
      found.words = { objective, requirements, constraints };
      return;
    case "request-revised":
      found.words = { objective, requirements, constraints };
      found.revision++;
      return;
    case "plan-proposed":
      found.plans.push(`${String(facts.step ?? "plan")}: ${String(facts.reason ?? "")}`);
      return;
    case "answer-given":
      found.answer = data;
      return;
    default:
      return;
  }
}

function statusOf(journal: Journal, key: string): StepView["status"] {
  if (journal.done.has(key)) return "done";
  if (journal.started.get(key)?.failed === true) return "failed";
  const waits = [...journal.waits.keys()].some((wait) => wait.startsWith(key));
  return waits ? "waiting" : "begun";
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
