/** What a request and the runs below it have spent on models, computed from the trace. */
import type { RunSummary } from "../core/event.ts";
import { readEvents } from "../core/events/read.ts";
import type { EventStore } from "../core/ports.ts";

export interface ModelSpend {
  readonly calls: number;
  readonly tokens: number;
  /** Sum over the calls with a known price. */
  readonly usd: number;
  /** Number of calls with an unknown price; unknown is not zero. */
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
  // Removes floating-point noise: no real price has more than nine decimal places.
  return { calls, tokens, usd: Math.round(usd * 1e9) / 1e9, usdUnknown };
}

/** The run and its descendants, without runs that record replies: they repeat the figures. */
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
