/**
 * `toolwright traces tail|grep|stats`: reading events of many runs. Events are streamed: a long run
 * takes time, not memory.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { RunKind, type RunSummary, type TraceEvent } from "../../core/event.ts";
import type { EventStore } from "../../core/ports.ts";
import { traceStats } from "../../trace/index.ts";
import { matcher } from "../matching.ts";
import { table, writeOut } from "../output.ts";
import { type CommonFlags, integer, withCommonFlags, withHome } from "../session.ts";

/** Polling interval of `--follow`, ms. */
const LOOK_EVERY_MS = 200;

interface ReadFlags extends CommonFlags {
  readonly run?: string;
  readonly kind?: string;
  readonly type?: string;
  readonly since?: string;
  readonly limit: number;
}

export function addTraceReading(traces: Command): void {
  withReadFlags(
    traces
      .command("tail")
      .description("the last events over all runs")
      .option("--follow", "print new events as they arrive, until Ctrl-C"),
    20,
  ).action(async (flags: ReadFlags & { follow?: boolean }) => {
    await withHome(flags, async ({ engine, output, signal }) => {
      const wanted = filterOf(flags);
      const last = await lastEvents(engine.events, wanted, flags.limit);
      const follow = flags.follow === true;
      if (!follow) {
        output.result(last, last.length === 0 ? "No events yet." : last.map(lineOf).join("\n"));
        return;
      }
      // A stream is not one document: with --json each event is a separate line.
      const print = (event: TraceEvent): void => {
        writeOut(`${output.json ? JSON.stringify(event) : lineOf(event)}\n`);
      };
      for (const event of last) print(event);
      await followEvents(engine.events, wanted, print, signal);
    });
  });

  withReadFlags(
    traces
      .command("grep")
      .description("events whose text matches")
      .argument("<pattern>", "a regular expression over the event's type and data")
      .option("-i, --ignore-case", "ignore upper and lower case"),
    1_000,
  ).action(async (pattern: string, flags: ReadFlags & { ignoreCase?: boolean }) => {
    const expression = compile(pattern, flags.ignoreCase === true);
    const matches = matcher(expression);
    await withHome(flags, async ({ engine, output }) => {
      const wanted = filterOf(flags);
      const found: TraceEvent[] = [];
      search: for (const run of await wantedRuns(engine.events, wanted)) {
        for await (const events of batches(engine.events.events(run.id), wanted)) {
          found.push(...matches(events, textOf));
          if (found.length >= flags.limit) break search;
        }
      }
      found.length = Math.min(found.length, flags.limit);
      output.result(
        found,
        found.length === 0 ? `Nothing matches ${expression}.` : found.map(lineOf).join("\n"),
      );
      if (found.length >= flags.limit) output.note(`Stopped at ${flags.limit} (--limit for more).`);
      // Like grep, so that scripts can test it.
      if (found.length === 0) process.exitCode = 1;
    });
  });

  withReadFlags(
    traces.command("stats").description("statistics: runs, calls, cost, scores"),
    Number.MAX_SAFE_INTEGER,
  ).action(async (flags: ReadFlags) => {
    await withHome(flags, async ({ engine, output }) => {
      const wanted = filterOf(flags);
      const runs = await wantedRuns(engine.events, wanted);
      const stats = await traceStats(engine.events, runs, wanted.event);
      const rows = (counts: Readonly<Record<string, number>>) =>
        Object.entries(counts).map(([name, count]) => [name, String(count)]);
      output.result(
        stats,
        [
          tableOf(["run", "count"], rows(stats.runs)),
          tableOf(["event", "count"], rows(stats.events)),
          tableOf(
            ["model", "calls", "tokens in", "tokens out", "USD", "calls of unknown price"],
            stats.models.map((model) => [
              model.model,
              String(model.calls),
              String(model.inputTokens),
              String(model.outputTokens),
              model.costUsd.toFixed(4),
              String(model.unpriced),
            ]),
          ),
          tableOf(
            ["tool", "calls", "failed"],
            stats.tools.map(({ tool, calls, failed }) => [tool, String(calls), String(failed)]),
          ),
          `${stats.candidates.all} candidates: ${stats.candidates.scored} scored, ${stats.candidates.duplicate} duplicates, ${stats.candidates.failed} failed.`,
        ]
          .filter((part) => part !== "")
          .join("\n"),
      );
    });
  });
}

function withReadFlags(command: Command, limit: number): Command {
  return withCommonFlags(
    command
      .option("--run <id>", "one run, by its id or a prefix of it")
      .option("--kind <kind>", `runs of one kind: ${RunKind.options.join(", ")}`)
      .option("--type <type>", "events of one type")
      .option("--since <time>", "ISO 8601, inclusive")
      .option("--limit <count>", "maximum number of events", integer, limit),
  );
}

interface Filter {
  run(run: RunSummary): boolean;
  event(event: TraceEvent): boolean;
}

/** @throws InputError USAGE, naming the flag. */
function filterOf({ run, kind, type, since, limit }: ReadFlags): Filter {
  if (kind !== undefined && !RunKind.safeParse(kind).success) {
    const kinds = RunKind.options.join(", ");
    throw new InputError("USAGE", `--kind: expected one of ${kinds}, got "${kind}".`);
  }
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  if (Number.isNaN(from)) {
    throw new InputError(
      "USAGE",
      `--since: expected a time such as 2026-01-31T12:00:00Z, got "${since}".`,
    );
  }
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new InputError("USAGE", `--limit: expected an integer of at least 1, got ${limit}.`);
  }
  return {
    run: (each) =>
      (run === undefined || each.id.startsWith(run)) &&
      (kind === undefined || each.kind === kind) &&
      (each.endedAt === undefined || Date.parse(each.endedAt) >= from),
    event: (event) => (type === undefined || event.type === type) && Date.parse(event.time) >= from,
  };
}

const BATCH = { events: 256, characters: 1_000_000 };

/** Matching events, in batches large enough that the cost per batch does not matter. */
async function* batches(
  events: AsyncIterable<TraceEvent>,
  wanted: Filter,
): AsyncGenerator<readonly TraceEvent[]> {
  let batch: TraceEvent[] = [];
  let characters = 0;
  for await (const event of events) {
    if (!wanted.event(event)) continue;
    batch.push(event);
    characters += textOf(event).length;
    if (batch.length < BATCH.events && characters < BATCH.characters) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  yield batch;
}

/** Oldest first. */
async function wantedRuns(store: EventStore, { run }: Filter): Promise<readonly RunSummary[]> {
  return (await store.runs()).filter(run).reverse();
}

async function lastEvents(store: EventStore, filter: Filter, limit: number) {
  let last: TraceEvent[] = [];
  for (const { id, events } of await wantedRuns(store, filter)) {
    const own: TraceEvent[] = [];
    // Without a filter on events the last events of a run are at its end.
    for await (const event of tailOf(store, id, events, limit, filter)) own.push(event);
    last = [...last, ...own].sort(inTime).slice(-limit);
  }
  return last;
}

/** The last `limit` matching events of a run; reads back in growing steps until there are enough. */
async function* tailOf(
  store: EventStore,
  id: string,
  count: number,
  limit: number,
  filter: Filter,
): AsyncGenerator<TraceEvent> {
  for (let stride = limit; ; stride *= 8) {
    const after = Math.max(0, count - stride);
    const own: TraceEvent[] = [];
    for await (const event of store.events(id, { after })) if (filter.event(event)) own.push(event);
    if (own.length < limit && after > 0) continue;
    yield* own.slice(-limit);
    return;
  }
}

async function followEvents(
  store: EventStore,
  filter: Filter,
  print: (event: TraceEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Map((await store.runs()).map(({ id, events }) => [id, events]));
  while (!signal.aborted) {
    const fresh: TraceEvent[] = [];
    for (const run of (await store.runs()).filter(filter.run)) {
      const after = seen.get(run.id) ?? 0;
      if (run.events <= after) continue;
      for await (const event of store.events(run.id, { after })) {
        seen.set(run.id, event.seq);
        if (filter.event(event)) fresh.push(event);
      }
    }
    for (const event of fresh.sort(inTime)) print(event);
    await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

function inTime(a: TraceEvent, b: TraceEvent): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : a.seq - b.seq;
}

/** @throws InputError USAGE */
function compile(pattern: string, ignoreCase: boolean): RegExp {
  try {
    return new RegExp(pattern, ignoreCase ? "iu" : "u");
  } catch (error) {
    throw new InputError(
      "USAGE",
      `Expected a regular expression, got "${pattern}": ${(error as Error).message}.`,
      { cause: error },
    );
  }
}

/** Empty text if there are no rows. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? "" : table(head, rows);
}

function textOf({ type, data }: TraceEvent): string {
  return `${type} ${JSON.stringify(data)}`;
}

function lineOf(event: TraceEvent): string {
  const text = textOf(event);
  const cut = text.length > 200 ? `${text.slice(0, 199)}…` : text;
  return `${event.time.slice(0, 23)} ${event.run} ${String(event.seq).padStart(5)} ${cut}`;
}
