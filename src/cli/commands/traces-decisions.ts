/**
 * What was decided in an evolution run, as far as its events tell: which program became the best,
 * islands that were emptied and by whom they were founded anew, who was measured at the end and who
 * won, and what became of the proposals.
 */
import { z } from "zod";
import type { TraceEvent } from "../../core/event.ts";
import { Json } from "../../core/json.ts";
import type { EventStore } from "../../core/ports.ts";
import { findEvents, type TraceCandidate } from "../../trace/index.ts";

const DECISIONS = [
  "best-change",
  "island-reset",
  "validation-result",
  "held-out-result",
  "run-result",
] as const;

/** What the line of a decision tells; the value holds all of it. */
const Told = z.object({
  digest: z.string().nullish(),
  fitness: z.number().nullish(),
  evaluations: z.number().nullish(),
  island: z.int().nullish(),
  epoch: z.int().nullish(),
  founder: z.string().nullish(),
  score: z.number().nullish(),
  floor: z.number().nullish(),
  baseline: z.number().nullish(),
  failure: z.string().nullish(),
  error: z.number().nullish(),
  proposals: z.number().nullish(),
  best: z.object({ digest: z.string() }).nullish(),
  stopped: z.string().nullish(),
});

export interface Decision {
  readonly event: number;
  readonly time: string;
  readonly type: string;
  readonly data: Json;
}

/** In order. */
export async function decisionsOf(store: EventStore, runId: string): Promise<readonly Decision[]> {
  const decisions: Decision[] = [];
  for await (const event of findEvents(store, runId, DECISIONS)) decisions.push(decisionOf(event));
  return decisions;
}

/** With what the run was ended by, which does not belong to what a replay must give again. */
function decisionOf({ seq, time, type, data, volatile }: TraceEvent): Decision {
  const { stopped } = z
    .object({ stopped: z.string().optional() })
    .catch({})
    .parse(volatile ?? {});
  const fields = z.record(z.string(), Json).catch({}).parse(data);
  // The source stands with the candidate.
  const { source: _, ...rest } = fields;
  return { event: seq, time, type, data: stopped === undefined ? rest : { ...rest, stopped } };
}

/** Of the proposals: how many were scored, refused as known, failed and by what. */
export function outcomes(candidates: readonly TraceCandidate[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { status, kind } of candidates) {
    const name = kind === undefined ? status : `${status}: ${kind}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

/** A decision as a row: event, what, of which program, how well, and what else there is to say. */
export function decisionRow({ event, type, data }: Decision): readonly string[] {
  const told = Told.catch({}).parse(data);
  const digest = told.digest ?? told.founder ?? told.best?.digest ?? "";
  const notes = [
    told.island == null ? "" : `island ${told.island}, epoch ${told.epoch ?? "?"}, founder`,
    told.evaluations == null ? "" : `after ${told.evaluations} evaluations`,
    told.score == null ? "" : `held out ${told.score.toPrecision(6)}`,
    told.floor == null ? "" : `first seed ${told.floor.toPrecision(6)}`,
    told.baseline == null ? "" : `best seed ${told.baseline.toPrecision(6)}`,
    told.error == null ? "" : `± ${told.error.toPrecision(3)}`,
    told.failure ?? "",
    told.stopped == null ? "" : `ended by ${told.stopped}`,
  ];
  return [
    String(event),
    type,
    digest.slice(0, 10),
    told.fitness == null ? "" : told.fitness.toPrecision(6),
    notes.filter((note) => note !== "").join(", "),
  ];
}
