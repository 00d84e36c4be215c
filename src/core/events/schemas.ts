/**
 * Every event that this version writes, by type. Writers are typed by it, and readers parse with it:
 * what is not here is not written, and is read as unknown.
 *
 * An event that gets another shape keeps its type: `upgrades.ts` brings the old shape to the new one.
 */
import type { z } from "zod";
import { CALL_EVENTS } from "./call.ts";
import type { Written } from "./define.ts";
import { EVOLUTION_EVENTS } from "./evolution.ts";
import { JOURNAL_EVENTS } from "./journal.ts";
import { MODEL_EVENTS } from "./model.ts";
import { PLAN_EVENTS } from "./plan.ts";
import { REQUEST_EVENTS } from "./request.ts";
import { TOOL_EVENTS } from "./tool.ts";

export const EVENT_SCHEMAS = {
  ...REQUEST_EVENTS,
  ...PLAN_EVENTS,
  ...TOOL_EVENTS,
  ...CALL_EVENTS,
  ...MODEL_EVENTS,
  ...EVOLUTION_EVENTS,
  ...JOURNAL_EVENTS,
} as const;

export type KnownType = keyof typeof EVENT_SCHEMAS;

type Events = { [Type in KnownType]: Written<z.output<(typeof EVENT_SCHEMAS)[Type]>> };

/** An event of one type, or of several. */
export type EventOf<Type extends KnownType> = Events[Type];
export type DataOf<Type extends KnownType> = Events[Type]["data"];
export type KnownEvent = Events[KnownType];

export function isKnownType(type: string): type is KnownType {
  return Object.hasOwn(EVENT_SCHEMAS, type);
}
