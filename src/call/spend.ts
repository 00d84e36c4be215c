/** What a request and everything below it has spent on models, told by the trace. */
import { z } from "zod";
import type { RunSummary } from "../core/event.ts";
import type { EventStore } from "../core/ports.ts";

const Reply = z.object({
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number() }).nullish(),
  costUsd: z.number().nullish(),
  error: z.unknown().optional(),
});

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
    for await (const { type, time, data } of events.events(id)) {
      if (type !== "model-reply" || time < since) continue;
      const reply = Reply.safeParse(data).data;
      if (reply === undefined || reply.error !== undefined) continue;
      calls++;
      tokens += (reply.usage?.inputTokens ?? 0) + (reply.usage?.outputTokens ?? 0);
      if (reply.costUsd == null) usdUnknown++;
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
