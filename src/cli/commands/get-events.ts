/** `toolwright get events`: events of the requests of this home, as text or as JSON. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import type { RunSummary, TraceEvent } from "../../core/event.ts";
import type { Engine } from "../../engine/engine.ts";
import { eventText } from "../event-text.ts";
import { writeOut } from "../output.ts";
import { type CommonFlags, withCommonFlags, withSession } from "../session.ts";

interface EventFlags extends CommonFlags {
  readonly pretty?: boolean;
  readonly jsonl?: boolean;
  readonly follow?: boolean;
  readonly since?: string;
  readonly run?: string;
}

interface RunEvent {
  readonly run: RunSummary;
  readonly event: TraceEvent;
  /** Its position among the events of other runs: ISO 8601. */
  readonly at: string;
}

const LOOK_MS = 300;

export function addGetEvents(get: Command): void {
  withCommonFlags(
    get
      .command("events")
      .description("events of requests: JSON lines, one JSON document, or text for people")
      .option("--pretty", "as [time] [LEVEL] text; times are UTC")
      .option("--jsonl", "one JSON document per line; the default")
      .option("--follow", "print new events as they arrive, until stopped")
      .option(
        "--since <time>",
        "only events since then: an ISO time, or an age such as 90s, 15m, 2h, 1d",
      )
      .option(
        "--run <name>",
        "only this run and its delegated runs: the name of a manifest's run, or an id",
      ),
  ).action(async (flags: EventFlags) => {
    const { json = false, jsonl = false, pretty = false, follow = false } = flags;
    if (Number(json) + Number(jsonl) + Number(pretty) > 1) {
      throw new InputError("USAGE", "Expected one of --json, --jsonl and --pretty, got several.");
    }
    if (json && follow) {
      throw new InputError(
        "USAGE",
        "Expected --jsonl with --follow, got --json: followed events have no end, so they are not one document.",
      );
    }
    const since = flags.since === undefined ? undefined : sinceOf(flags.since, Date.now());
    await withSession(flags, async ({ engine, output, signal }) => {
      const all: TraceEvent[] = [];
      const text = eventText();
      const cursors = new Map<string, number>();
      const tell = ({ run, event }: RunEvent): void => {
        // Events that are not shown are passed too, because later lines may need them.
        const lines = pretty ? text(run, event) : [JSON.stringify(event)];
        if (since !== undefined && event.time < since) return;
        if (json) all.push(event);
        else for (const line of lines) writeOut(`${line}\n`);
      };
      if (flags.run !== undefined) await rootOf(engine, flags.run);
      do {
        for (const told of await news(engine, flags.run, cursors)) tell(told);
        if (!follow || signal.aborted) break;
        await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      } while (!signal.aborted);
      if (json) output.result(all, "");
    });
  });
}

/** New events since the last call, sorted by time; events of one run always keep their order. */
async function news(
  engine: Engine,
  wanted: string | undefined,
  cursors: Map<string, number>,
): Promise<readonly RunEvent[]> {
  const all = (await engine.events.runs()).filter(({ kind }) => kind === "request");
  const root = wanted === undefined ? undefined : await rootOf(engine, wanted);
  const found: RunEvent[] = [];
  for (const run of all.toReversed()) {
    const after = cursors.get(run.id) ?? 0;
    if (run.events <= after || (root !== undefined && !isBelow(run, root, all))) continue;
    let latest = "";
    for await (const event of engine.events.events(run.id, { after })) {
      // If the clock was set back, the order within a run stays.
      if (event.time > latest) latest = event.time;
      found.push({ run, event, at: latest });
      cursors.set(run.id, event.seq);
    }
  }
  // Stable: events of one run and one millisecond keep their order.
  return found.sort((a, z) => (a.at < z.at ? -1 : a.at > z.at ? 1 : 0));
}

function isBelow(run: RunSummary, root: string, all: readonly RunSummary[]): boolean {
  const byId = new Map(all.map((each) => [each.id, each]));
  for (let at: RunSummary | undefined = run; at !== undefined; at = byId.get(at.parent ?? "")) {
    if (at.id === root) return true;
  }
  return false;
}

/** @throws InputError RUN_NOT_FOUND */
async function rootOf({ manifests, events }: Engine, wanted: string): Promise<string> {
  const named = manifests.runs().find(({ name }) => name === wanted);
  return (await events.run(named?.requestId ?? wanted)).id;
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** @returns ISO 8601, UTC. @throws InputError USAGE */
function sinceOf(text: string, nowMs: number): string {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const time = unit === undefined ? Date.parse(text) : nowMs - Number(count) * (UNITS[unit] ?? 0);
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw new InputError(
    "USAGE",
    `Expected --since as a time (2026-01-31T12:00:00Z) or an age (90s, 15m, 2h, 1d), got "${text}".`,
  );
}
