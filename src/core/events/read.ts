/** Reading events back: parsed once, here, with the schema that their writers are typed by. */
import type { z } from "zod";
import type { StoredEvent, TraceEvent } from "../event.ts";
import type { Json } from "../json.ts";
import type { EventStore } from "../ports/event-store.ts";
import {
  EVENT_SCHEMAS,
  type EventOf,
  isKnownType,
  type KnownEvent,
  type KnownType,
} from "./schemas.ts";
import { type Fields, type Parts, UPGRADES } from "./upgrades.ts";

/** An event that is left out, with the reason. */
export interface Unread {
  readonly type: "unread";
  /** The event's own type. */
  readonly of: string;
  /** Whether this version has the type: then its fields are not as they should be. */
  readonly known: boolean;
  readonly reason: string;
}

/** Switch on its `type`. */
export function readEvent(event: StoredEvent): KnownEvent | Unread {
  const { type } = event;
  const unread = { type: "unread", of: type } as const;
  if (!isKnownType(type)) return { ...unread, known: false, reason: `${type}: unknown type` };
  const schema: z.ZodType = EVENT_SCHEMAS[type];
  const parsed = schema.safeParse({ ...event, ...upgraded(type, event) });
  if (parsed.success) return parsed.data as KnownEvent;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join(".") || "data";
  return { ...unread, known: true, reason: `${type}: ${path}: ${issue?.message ?? "?"}` };
}

function upgraded(type: KnownType, { data, volatile = {} }: StoredEvent): Partial<Parts> {
  return isFields(data) && isFields(volatile) ? (UPGRADES[type]?.({ data, volatile }) ?? {}) : {};
}

function isFields(value: Json): value is Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Where an event stands. */
export type Place = Pick<TraceEvent, "run" | "seq" | "time">;

/** @returns undefined for an event of another type, which is not looked into. */
export function readOneOf<Type extends KnownType>(
  event: StoredEvent,
  types: readonly Type[],
): EventOf<Type> | Unread | undefined {
  const wanted: readonly string[] = types;
  return wanted.includes(event.type) ? (readEvent(event) as EventOf<Type> | Unread) : undefined;
}

/**
 * A run's events of the given types, in order.
 *
 * @param onUnread Told of each of them that cannot be read, and of each event of an unknown type.
 */
export async function* readEvents<Type extends KnownType>(
  store: Pick<EventStore, "events">,
  runId: string,
  types: readonly Type[],
  onUnread: (unread: Unread, place: Place) => void = () => undefined,
): AsyncGenerator<EventOf<Type> & Place> {
  for await (const event of store.events(runId)) {
    const read = isKnownType(event.type) ? readOneOf(event, types) : readEvent(event);
    if (read === undefined) continue;
    const { run, seq, time } = event;
    const place = { run, seq, time };
    if (read.type === "unread") onUnread(read, place);
    else yield { ...(read as EventOf<Type>), ...place };
  }
}

/** The event with its texts changed, e.g. without secrets: its shape stays. */
export function withTexts<Event extends KnownEvent>(
  event: Event,
  change: (value: Json) => Json,
): Event {
  const { data, volatile }: StoredEvent = event;
  return {
    ...event,
    data: change(data),
    ...(volatile === undefined ? {} : { volatile: change(volatile) }),
  };
}
