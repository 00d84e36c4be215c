/**
 * The decisions of an evolution run, from its events: new best programs, islands that were reset and
 * their founders, programs measured at the end, the winner, and the outcomes of the proposals.
 */
import { type Place, readEvents } from "../../core/events/read.ts";
import type { EventOf } from "../../core/events/schemas.ts";
import type { Json } from "../../core/json.ts";
import type { EventStore } from "../../core/ports.ts";
import type { TraceCandidate } from "../../trace/index.ts";

const DECISIONS = [
  "best-change",
  "island-reset",
  "validation-result",
  "held-out-result",
  "run-result",
] as const;

export type Decision = EventOf<(typeof DECISIONS)[number]> & Place;

/** In order. */
export async function decisionsOf(store: EventStore, runId: string): Promise<readonly Decision[]> {
  return await Array.fromAsync(readEvents(store, runId, DECISIONS));
}

/** Includes why the run ended, which a replay need not repeat. */
export function decisionFacts(decision: Decision): Json {
  const { seq, time, type } = decision;
  return { event: seq, time, type, data: dataOf(decision) };
}

function dataOf(decision: Decision): Json {
  switch (decision.type) {
    case "held-out-result": {
      // The source is in the candidate's event.
      const { source: _, ...rest } = decision.data;
      return rest;
    }
    case "run-result":
      return { ...decision.data, stopped: decision.volatile.stopped };
    case "best-change":
    case "island-reset":
    case "validation-result":
      return decision.data;
  }
}

/** Outcomes of the proposals: scored, duplicate, failed with which status. */
export function outcomes(candidates: readonly TraceCandidate[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { status, kind } of candidates) {
    const name = kind === undefined ? status : `${status}: ${kind}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

/** A decision as a row: event, type, program, fitness, notes. */
export function decisionRow(decision: Decision): readonly string[] {
  const { digest = "", fitness, notes } = notesOf(decision);
  return [
    String(decision.seq),
    decision.type,
    digest.slice(0, 10),
    fitness?.toPrecision(6) ?? "",
    notes.filter((note) => note !== "").join(", "),
  ];
}

interface DecisionNotes {
  readonly digest?: string | undefined;
  readonly fitness?: number | undefined;
  readonly notes: readonly string[];
}

function notesOf(decision: Decision): DecisionNotes {
  switch (decision.type) {
    case "best-change": {
      const { digest, fitness, evaluations } = decision.data;
      return { digest, fitness, notes: [`after ${evaluations} evaluations`] };
    }
    case "island-reset": {
      const { island, epoch, founder } = decision.data;
      return { digest: founder, notes: [`island ${island}, epoch ${epoch}, founder`] };
    }
    case "validation-result": {
      const { digest, fitness, error, failure = "" } = decision.data;
      const spread = error === undefined ? "" : `± ${error.toPrecision(3)}`;
      return { digest, fitness, notes: [spread, failure] };
    }
    case "held-out-result": {
      const { digest, fitness, score, floor, baseline, failure = "" } = decision.data;
      const notes = [
        figure("held out", score),
        figure("first seed", floor),
        figure("best seed", baseline),
        failure,
      ];
      return { digest, fitness, notes };
    }
    case "run-result": {
      const { best, evaluations } = decision.data;
      const notes = [`after ${evaluations} evaluations`, `ended by ${decision.volatile.stopped}`];
      return { digest: best?.digest, notes };
    }
  }
}

function figure(name: string, value: number | undefined): string {
  return value === undefined ? "" : `${name} ${value.toPrecision(6)}`;
}
