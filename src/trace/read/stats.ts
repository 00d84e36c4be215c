/** Statistics of runs, computed in one pass over their events; only the counts are held in memory. */
import type { RunSummary, TraceEvent } from "../../core/event.ts";
import { readOneOf } from "../../core/events/read.ts";
import type { EventStore } from "../../core/ports.ts";

export interface ModelStats {
  readonly model: string;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  /** Sum over the calls with a known price, in US dollars. */
  costUsd: number;
  /** Number of calls with an unknown price; unknown is not zero. */
  unpriced: number;
}

export interface ToolStats {
  readonly tool: string;
  calls: number;
  failed: number;
}

export interface TraceStats {
  /** `kind status` -> runs. */
  readonly runs: Readonly<Record<string, number>>;
  /** Type -> events, most frequent first. */
  readonly events: Readonly<Record<string, number>>;
  readonly models: readonly ModelStats[];
  readonly tools: readonly ToolStats[];
  /** By outcome; a duplicate of an earlier candidate was not run. */
  readonly candidates: {
    readonly all: number;
    readonly scored: number;
    readonly duplicate: number;
    readonly failed: number;
  };
}

const COUNTED = ["candidate-result", "model-reply", "tool-call", "tool-result"] as const;

/** @param wanted The events to count. */
export async function traceStats(
  store: EventStore,
  runs: readonly RunSummary[],
  wanted: (event: TraceEvent) => boolean,
): Promise<TraceStats> {
  const kinds = new Map<string, number>();
  const types = new Map<string, number>();
  const models = new Map<string, ModelStats>();
  const tools = new Map<string, ToolStats>();
  const candidates = { all: 0, scored: 0, duplicate: 0, failed: 0 };

  for (const run of runs) {
    count(kinds, `${run.kind} ${run.status}`);
    const nameOfCall = new Map<string, string>();
    for await (const event of store.events(run.id)) {
      if (!wanted(event)) continue;
      count(types, event.type);
      const read = readOneOf(event, COUNTED);
      switch (read?.type) {
        case "candidate-result": {
          candidates.all++;
          const { status } = read.data;
          candidates[status === "scored" || status === "duplicate" ? status : "failed"]++;
          break;
        }
        case "model-reply": {
          const reply = read.data;
          const model = "error" in reply ? "unknown" : reply.model;
          const stats = models.get(model) ?? emptyModel(model);
          models.set(model, stats);
          stats.calls++;
          if ("error" in reply || reply.costUsd === undefined) stats.unpriced++;
          else stats.costUsd += reply.costUsd;
          if ("error" in reply || reply.usage === undefined) break;
          stats.inputTokens += reply.usage.inputTokens;
          stats.outputTokens += reply.usage.outputTokens;
          break;
        }
        case "tool-call": {
          const { id, name } = read.data;
          nameOfCall.set(id, name);
          const stats = tools.get(name) ?? { tool: name, calls: 0, failed: 0 };
          tools.set(name, stats);
          stats.calls++;
          break;
        }
        case "tool-result": {
          const stats = tools.get(nameOfCall.get(read.data.id) ?? "");
          if (stats !== undefined && read.data.status === "failed") stats.failed++;
          break;
        }
        case "unread":
        case undefined:
          break;
      }
    }
  }
  return {
    runs: Object.fromEntries([...kinds].sort()),
    events: Object.fromEntries([...types].sort(([, a], [, b]) => b - a)),
    models: [...models.values()].sort((a, b) => b.calls - a.calls),
    tools: [...tools.values()].sort((a, b) => b.calls - a.calls),
    candidates,
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function emptyModel(model: string): ModelStats {
  return { model, calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, unpriced: 0 };
}
