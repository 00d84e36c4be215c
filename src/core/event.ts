/**
 * Events: what a run stores of each of its steps. They are append-only; everything that is shown or
 * exported is derived from them.
 */
import { z } from "zod";
import type { KnownEvent } from "./events/schemas.ts";
import { Json } from "./json.ts";

/** Noun-verb, e.g. `candidate-result`, `tool-call`, `request-status`. */
export const EventType = z.string().regex(/^[a-z]+(-[a-z]+)*$/);

/**
 * An event as its writer passes it. `data` depends only on seed, configuration and recorded replies:
 * replays compare it. `volatile` holds what differs between two equal runs: durations, process ids,
 * worker counts.
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
  /** SHA-256 chained over type and data from the first event: equal sums mean equal traces. */
  sum: z.string(),
});
export type TraceEvent = z.output<typeof TraceEvent>;

/** An event of any version of the engine: its type may be unknown to this one. */
export type StoredEvent = Pick<TraceEvent, "type" | "data" | "volatile" | "link">;

/** `calls`: tool calls from outside. `library`: decisions about stored tools, with reasons. */
export const RunKind = z.enum([
  "request",
  "evolution",
  "evaluation",
  "replies",
  "calls",
  "library",
]);
export type RunKind = z.output<typeof RunKind>;

/**
 * `waiting`: no process holds it; a time, an answer or a worker continues it. `damaged`: its record
 * cannot be read; only lists have it, so that the other runs stay readable.
 */
export const RunStatus = z.enum([
  "running",
  "waiting",
  "succeeded",
  "failed",
  "canceled",
  "interrupted",
  "damaged",
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
  /** For a waiting run: when it continues by itself. */
  dueAt: z.string().exactOptional(),
});
export type RunSummary = z.output<typeof RunSummary>;
