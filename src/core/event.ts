/**
 * One step of a run, as it is saved. Events are append-only; whatever is shown or exported is
 * derived from them.
 */
import { z } from "zod";
import type { KnownEvent } from "./events/schemas.ts";
import { Json } from "./json.ts";

/** Noun-verb, e.g. `candidate-result`, `tool-call`, `request-status`. */
export const EventType = z.string().regex(/^[a-z]+(-[a-z]+)*$/);

/**
 * An event as its author hands it over. `data` is decided by seed, configuration and recorded replies
 * alone: replays compare it. `volatile` holds what differs between two runs of the same thing:
 * durations, process ids, worker counts.
 */
export type NewEvent = KnownEvent;

export const TraceEvent = z.object({
  run: z.string(),
  /** 1, 2, ...: gapless per run. */
  seq: z.int().min(1),
  /** ISO 8601, UTC. */
  time: z.string(),
  type: EventType,
  data: Json,
  volatile: Json.exactOptional(),
  link: z.string().exactOptional(),
  /** SHA-256 chained over type and data from the first event on: equal sums, equal traces. */
  sum: z.string(),
});
export type TraceEvent = z.output<typeof TraceEvent>;

/** An event whoever wrote it: another version may have types that this one does not know. */
export type StoredEvent = Pick<TraceEvent, "type" | "data" | "volatile" | "link">;

/** `calls`: tools called from outside. `library`: what was decided about stored tools, and why. */
export const RunKind = z.enum([
  "request",
  "evolution",
  "evaluation",
  "replies",
  "calls",
  "library",
]);
export type RunKind = z.output<typeof RunKind>;

/** `waiting`: no process holds it; a time, an answer or a worker carries it on. */
export const RunStatus = z.enum([
  "running",
  "waiting",
  "succeeded",
  "failed",
  "canceled",
  "interrupted",
]);
export type RunStatus = z.output<typeof RunStatus>;

export const RunSummary = z.object({
  id: z.string(),
  kind: RunKind,
  title: z.string(),
  status: RunStatus,
  /** The run that started this one. */
  parent: z.string().exactOptional(),
  startedAt: z.string(),
  endedAt: z.string().exactOptional(),
  events: z.int(),
  /** `sum` of the last event. */
  sum: z.string(),
  /** Of a waiting run: when it goes on by itself. */
  dueAt: z.string().exactOptional(),
});
export type RunSummary = z.output<typeof RunSummary>;
