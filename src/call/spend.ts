/** What a request and everything below it has spent on models, told by the trace. */
import type { RunSummary } from "../core/event.ts";
import { readEvents } from "../core/events/read.ts";
import type { EventStore } from "../core/ports.ts";

export interface ModelSpend {
  readonly calls: number;
  readonly tokens: number;
  /** Of the calls whose price is known. */
  readonly usd: number;
  /** Calls whose price nobody knows, which is not zero. */
  readonly usdUnknown: number;
}

/** @param since ISO 8601, UTC. Linear in the events of the request and of the runs below it. */
export async function spentSince(
  events: EventStore,
  requestId: string,
  since: string,
): Promise<ModelSpend> {
  let [calls, tokens, usd, usdUnknown] = [0, 0, 0, 0];
  for (const id of below(requestId, await events.runs())) {
    for await (const { time, data: reply } of readEvents(events, id, ["model-reply"])) {
      if (time < since || "error" in reply) continue;
      calls++;
      tokens += (reply.usage?.inputTokens ?? 0) + (reply.usage?.outputTokens ?? 0);
      if (reply.costUsd === undefined) usdUnknown++;
      else usd += reply.costUsd;
    }
  }
  // Sums of decimals carry crumbs; a price has no more than nine places that anybody pays.
  return { calls, tokens, usd: Math.round(usd * 1e9) / 1e9, usdUnknown };
}

/** The run and its descendants; records of replies repeat what the runs say. */
function below(root: string, runs: readonly RunSummary[]): readonly string[] {
  const found = new Set([root]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { id, kind, parent } of runs) {
      if (parent !== undefined && found.has(parent) && kind !== "replies") found.add(id);
    }
  }
  return [...found];
}
