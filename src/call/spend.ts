/**
 * What a request and the runs below it have spent on models, counted as its limits do: a call that was
 * cut off counts too.
 */
import type { RunSummary } from "../core/event.ts";
import { readEvents } from "../core/events/read.ts";
import type { EventStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import { type Amounts, EARLIER, sumOfAmounts } from "../core/spending.ts";

export interface ModelSpend {
  readonly calls: number;
  readonly tokens: number;
  /** Sum over the calls with a known price. */
  readonly usd: number;
  /** Number of calls with an unknown price; unknown is not zero. */
  readonly usdUnknown: number;
}

interface Entry {
  /** When it was first entered. */
  readonly time: string;
  /** Without `usd`: the price is unknown. */
  readonly amounts: Amounts;
}

type Enter = (key: string, entry: Entry) => void;

/** @param since ISO 8601, UTC. Linear in the events of the request and of the runs below it. */
export async function spentSince(
  events: EventStore,
  requestId: string,
  since: string,
): Promise<ModelSpend> {
  const entries = new Map<string, Entry>();
  const enter: Enter = (key, entry) => {
    entries.set(key, { ...entry, time: entries.get(key)?.time ?? entry.time });
  };
  for (const { id, kind } of below(requestId, await events.runs())) {
    if (kind === "request") await readRequest(events, id, enter);
    if (kind === "replies") await readReplies(events, id, enter);
  }
  const counted = [...entries.values()].filter(({ time }) => !(time < since));
  const { calls, tokens, usd } = sumOfAmounts(counted.map(({ amounts }) => amounts));
  const usdUnknown = counted.filter(
    ({ amounts }) => amounts.calls && amounts.usd === undefined,
  ).length;
  // Removes floating-point noise: no real price has more than nine decimal places.
  return { calls, tokens, usd: Math.round(usd * 1e9) / 1e9, usdUnknown };
}

const CHARGES = ["budget-reserved", "budget-settled"] as const;

/** The request's own calls and those of its agents: each reserves from the request's budget. */
async function readRequest(events: EventStore, id: string, enter: Enter): Promise<void> {
  for await (const { time, data, volatile } of readEvents(events, id, CHARGES)) {
    if (!/(?:^|\/)model:[^/]*$/.test(data.key.replace(/\/\d+$/, ""))) continue;
    const { amounts } = volatile;
    enter(`${id} ${data.key}`, { time, amounts });
  }
}

/** The calls of an evolution. */
async function readReplies(events: EventStore, id: string, enter: Enter): Promise<void> {
  // A resumed run repeats the record of the earlier one.
  const family = id.replace(/(?:-\d{1,4})?-replies$/, "");
  for await (const event of readEvents(events, id, ["model-recorded", ...CHARGES])) {
    const { time } = event;
    if (event.type !== "model-recorded") {
      const { key } = event.data;
      const { amounts } = event.volatile;
      if (key !== EARLIER) enter(`${id} ${key}`, { time, amounts });
      continue;
    }
    const { requestDigest, occurrence, outcome } = event.data;
    if (outcome.status !== "replied") continue;
    const { usage, costUsd } = outcome.reply;
    const tokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
    enter(`${family} ${requestDigest} ${occurrence}`, {
      time,
      amounts: { calls: 1, tokens, ...present({ usd: costUsd }) },
    });
  }
}

/** The run and its descendants. */
function below(root: string, runs: readonly RunSummary[]): readonly RunSummary[] {
  const found = new Map(runs.filter(({ id }) => id === root).map((run) => [run.id, run]));
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const run of runs) {
      if (run.parent !== undefined && found.has(run.parent)) found.set(run.id, run);
    }
  }
  return [...found.values()];
}
