/**
 * Rows of the event store: conversion of events and runs to columns and back. A row that cannot be read
 * completely is reported by name, never repaired.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { digestText } from "../../core/digest.ts";
import { StoreError } from "../../core/errors.ts";
import {
  RunKind,
  RunStatus,
  type RunSummary,
  type StoredEvent,
  type TraceEvent,
} from "../../core/event.ts";
import type { Json } from "../../core/json.ts";
import { isAlive, isLocal, type Owner } from "../../core/owner.ts";
import { type Body, type BodyReference, recordText, restoreBodies, takeBodies } from "./record.ts";
import { EVENTS_PER_RUN } from "./sqlite-file.ts";

export interface PreparedEvent {
  readonly type: string;
  /** Canonical text of the complete data; the chain is computed over it. */
  readonly dataText: string;
  /** The same text with long strings emptied; this is stored. */
  readonly slimText: string;
  readonly bodies: readonly Body[];
  readonly volatile: string | null;
  readonly link: string | null;
}

/**
 * @param seq The expected next number.
 * @param first Id of the run's event 0.
 * @param body Returns the text of a digest.
 * @throws StoreError CORRUPT_RECORD with `seq` in its facts.
 */
export function eventOf(
  row: Record<string, unknown>,
  run: string,
  seq: number,
  first: number,
  body: StatementSync,
): TraceEvent {
  const found = Number(row.id) - first;
  if (found !== seq) {
    // Reading can continue at the event that was found.
    const last = found - 1;
    throw corrupt(run, last, `events ${seq} to ${last} are missing`);
  }
  const time = String(row.time);
  const link = textOrNull(row.link);
  const volatile = textOrNull(row.volatile);
  if (guardOf(time, link, volatile) !== row.guard) {
    throw corrupt(run, seq, "its time, link or volatile facts are damaged");
  }
  try {
    const kept = JSON.parse(String(row.data)) as Json;
    const bodies = textOrNull(row.bodies);
    const data =
      bodies === null
        ? kept
        : restoreBodies(kept, JSON.parse(bodies) as BodyReference[], (digest) =>
            bodyText(body, digest),
          );
    return {
      run,
      seq,
      time,
      type: String(row.type),
      data,
      ...(volatile === null ? {} : { volatile: JSON.parse(volatile) as Json }),
      ...(link === null ? {} : { link }),
      sum: String(row.sum),
    };
  } catch (error) {
    throw corrupt(run, seq, error instanceof Error ? error.message : String(error), error);
  }
}

/**
 * A run's events of some types. The others are checked as well: they must exist and be readable.
 *
 * @param row Row of the run.
 * @throws StoreError CORRUPT_RECORD with `seq` in its facts.
 */
export function eventsOfTypes(
  statements: Pick<ReturnType<typeof statementsOf>, "eventsOfTypes" | "soundness" | "body">,
  types: readonly string[],
  row: Record<string, unknown>,
  after: number,
): readonly TraceEvent[] {
  const run = String(row.id);
  const first = Number(row.number) * EVENTS_PER_RUN;
  const range = [first + after, first + EVENTS_PER_RUN] as const;
  const { found, torn } = statements.soundness.get(...range) ?? {};
  if (torn != null) throw corrupt(run, Number(torn) - first, "its data are damaged");
  const expected = Number(row.events) - after;
  if (Number(found) < expected) {
    throw corrupt(
      run,
      after + 1,
      `${expected - Number(found)} of the events from it on are missing`,
    );
  }
  return statements.eventsOfTypes
    .all(...range, JSON.stringify(types))
    .map((each) => eventOf(each, run, Number(each.id) - first, first, statements.body));
}

function bodyText(body: StatementSync, digest: string): string {
  const bytes = body.get(digest)?.text;
  if (!(bytes instanceof Uint8Array)) throw new Error(`its body ${digest} is missing`);
  const text = Buffer.from(bytes).toString("utf8");
  if (digestText(text) !== digest) throw new Error(`its body ${digest} is damaged`);
  return text;
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function corrupt(run: string, seq: number, what: string, cause?: unknown): StoreError {
  return new StoreError(
    "CORRUPT_RECORD",
    `Event ${seq} of run "${run}" cannot be read: ${what}. Verify the run; the events before it are intact.`,
    { facts: { run, seq }, cause },
  );
}

export function prepareEvent({ type, data, volatile, link }: StoredEvent): PreparedEvent {
  const dataText = recordText(data);
  const { text, bodies } = takeBodies(dataText);
  return {
    type,
    dataText,
    slimText: text,
    bodies,
    volatile: volatile === undefined ? null : recordText(volatile),
    link: link ?? null,
  };
}

/** Checksum of the fields that the chain leaves out, to detect damage. */
export function guardOf(time: string, link: string | null, volatile: string | null): number {
  return crc32(`${time}\n${link ?? ""}\n${volatile ?? ""}`);
}

/** @param now Milliseconds since 1970. @returns With the status "damaged" if the row cannot be read. */
export function summaryOf(row: Record<string, unknown>, now: number): RunSummary {
  const kind = RunKind.safeParse(row.kind);
  const stored = RunStatus.exclude(["damaged"]).safeParse(row.status);
  const waits = stored.data === "waiting" && row.due_at !== null;
  const due = new Date(Number(row.due_at));
  const events = Number(row.events);
  const common = {
    id: String(row.id),
    title: String(row.title),
    ...(row.parent === null ? {} : { parent: String(row.parent) }),
    startedAt: String(row.started_at),
    ...(row.ended_at === null ? {} : { endedAt: String(row.ended_at) }),
    sum: String(row.sum),
  };
  const whole = Number.isSafeInteger(events) && !(waits && Number.isNaN(due.getTime()));
  if (!kind.success || !stored.success || !whole) {
    return { ...common, kind: kind.data ?? "request", status: "damaged", events: 0 };
  }
  return {
    ...common,
    kind: kind.data,
    status: stored.data === "running" && !isHeld(stateOf(row), now) ? "interrupted" : stored.data,
    events,
    ...(waits ? { dueAt: due.toISOString() } : {}),
  };
}

/** The row of one run. @throws StoreError CORRUPT_RECORD */
export function wholeSummaryOf(row: Record<string, unknown>, now: number): RunSummary {
  const summary = summaryOf(row, now);
  if (summary.status !== "damaged") return summary;
  const { id } = summary;
  throw new StoreError(
    "CORRUPT_RECORD",
    `Expected the kind, status and times of run "${id}" in its record, found "${row.kind}", "${row.status}" and "${row.due_at}". Its events may be intact: toolwright traces show ${id} --verify.`,
    { facts: { run: id } },
  );
}

/** The fields of a run that a write may change. */
export interface RunState {
  readonly number: number;
  status: string;
  endedAt: string | null;
  owner: Owner;
  /** 0: never claimed. */
  epoch: number;
  /** Milliseconds since 1970: for a running run the end of its lease, for a waiting one its due time. */
  dueAt: number | null;
  /** `seq` of the newest event that wakes the run. */
  woken: number;
  events: number;
  sum: string;
}

export function stateOf(row: Record<string, unknown>): RunState {
  return {
    number: Number(row.number),
    status: String(row.status),
    endedAt: textOrNull(row.ended_at),
    owner: {
      pid: Number(row.owner_pid),
      start: String(row.owner_start),
      place: String(row.owner_place),
    },
    epoch: Number(row.epoch),
    dueAt: row.due_at === null ? null : Number(row.due_at),
    woken: Number(row.woken),
    events: Number(row.events),
    sum: String(row.sum),
  };
}

/** Whether a process works on a running run: a living process here, or a valid lease elsewhere. */
export function isHeld({ owner, epoch, dueAt }: RunState, now: number): boolean {
  const leased = epoch === 0 || (dueAt !== null && dueAt > now);
  return leased && (isLocal(owner) ? isAlive(owner) : epoch > 0);
}

export function statementsOf(database: DatabaseSync) {
  /** For lists: an integer that no number can hold must not fail the other rows. */
  const listing = (query: string): StatementSync => {
    const statement = database.prepare(query);
    statement.setReadBigInts(true);
    return statement;
  };
  const kinds = RunKind.options.map((kind) => `'${kind}'`).join(", ");
  const page = `SELECT * FROM runs WHERE number > ?1 AND number < ?2 AND (?3 IS NULL OR kind = ?3 OR kind NOT IN (${kinds}))`;
  return {
    run: database.prepare("SELECT * FROM runs WHERE id = ?"),
    runs: listing(`${page} ORDER BY number DESC LIMIT ?4`),
    runsFrom: listing(`${page} ORDER BY number LIMIT ?4`),
    addRun: database.prepare(
      "INSERT INTO runs (id, kind, title, status, parent, started_at, events, sum, owner_pid, owner_start, owner_place) VALUES (?, ?, ?, 'running', ?, ?, 0, ?, ?, ?, ?)",
    ),
    setRun: database.prepare(
      "UPDATE runs SET status = ?, ended_at = ?, owner_pid = ?, owner_start = ?, owner_place = ?, epoch = ?, due_at = ?, woken = ?, events = ?, sum = ? WHERE number = ?",
    ),
    // The number may have belonged to an earlier run whose events are deleted.
    forget: database.prepare("DELETE FROM once WHERE run = ?"),
    addOnce: database.prepare("INSERT OR IGNORE INTO once VALUES (?, ?)"),
    woken: database.prepare("SELECT woken FROM runs WHERE id = ?"),
    due: listing(
      "SELECT * FROM runs WHERE epoch > 0 AND ended_at IS NULL AND (status = 'running' OR (status = 'waiting' AND due_at <= ?)) ORDER BY due_at, number",
    ),
    addEvent: database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    events: database.prepare("SELECT * FROM events WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"),
    eventsOfTypes: database.prepare(
      "SELECT * FROM events WHERE id > ? AND id < ? AND type IN (SELECT value FROM json_each(?)) ORDER BY id",
    ),
    soundness: database.prepare(
      `SELECT count(*) AS found, min(CASE WHEN json_valid(data) AND json_valid(coalesce(volatile, '0'))
       THEN NULL ELSE id END) AS torn FROM events WHERE id > ? AND id < ?`,
    ),
    addBody: database.prepare("INSERT OR IGNORE INTO bodies VALUES (?, ?)"),
    body: database.prepare("SELECT text FROM bodies WHERE digest = ?"),
  };
}
