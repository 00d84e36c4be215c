/**
 * What the library saves, computed from the trace of real requests: how often an existing tool made
 * it unnecessary to create one, how soon tools were reused, and the cost per reuse.
 */
import type { RunSummary } from "../../src/core/event.ts";
import { readEvents } from "../../src/core/events/read.ts";
import type { EventStore } from "../../src/core/ports.ts";

export interface ReuseStats {
  /** Ended requests; only the successful ones count below. */
  readonly requests: number;
  readonly succeeded: number;
  /** Successful requests that did not start to create a tool. */
  readonly withoutCreation: number;
  /** withoutCreation / succeeded; undefined if none has succeeded. */
  readonly shareWithoutCreation: number | undefined;
  /** Tools that requests registered. */
  readonly creations: number;
  /** Pairs of a successful request and a tool that served it and existed before it began. */
  readonly creationsAvoided: number;
  /** Tools that served at least two requests. */
  readonly reusedTools: number;
  /** Median over the reused tools, from the first request served to the second, in seconds. */
  readonly secondsToSecondUse: number | undefined;
  /** Duration of every evolution that a request started, successful or not. */
  readonly creationSeconds: number;
  /** Undefined if a model without a known price was used. */
  readonly creationUsd: number | undefined;
  /** Cost of all creations divided by the creations avoided: it falls as tools are reused. */
  readonly secondsPerReuse: number | undefined;
  readonly usdPerReuse: number | undefined;
}

interface RequestUse {
  readonly startedAt: number;
  readonly succeeded: boolean;
  readonly creates: boolean;
  readonly registered: ReadonlySet<string>;
  /** Tools with at least one call that returned. */
  readonly served: ReadonlySet<string>;
}

/** Linear in the events of requests and in the model replies of the runs that they started. */
export async function reuseStats(events: EventStore): Promise<ReuseStats> {
  const runs = (await events.runs()).toReversed();
  const requests: RequestUse[] = [];
  for (const run of runs) {
    if (run.kind === "request" && run.endedAt !== undefined) {
      requests.push(await readRequest(events, run));
    }
  }
  const asked = new Set(runs.filter(({ kind }) => kind === "request").map(({ id }) => id));
  const searches = runs.filter(
    ({ kind, parent }) => kind === "evolution" && parent !== undefined && asked.has(parent),
  );
  const creationSeconds = sum(searches.map(secondsOf));
  const creationUsd = await costOf(events, runs, new Set(searches.map(({ id }) => id)));

  const good = requests.filter(({ succeeded }) => succeeded);
  const withoutCreation = good.filter(({ creates }) => !creates).length;
  const creationsAvoided = sum(
    good.map(({ served, registered }) => [...served].filter((n) => !registered.has(n)).length),
  );
  const waits = waitsOf(good);
  const per = (total: number | undefined) =>
    total === undefined || creationsAvoided === 0 ? undefined : total / creationsAvoided;
  return {
    requests: requests.length,
    succeeded: good.length,
    withoutCreation,
    shareWithoutCreation: good.length === 0 ? undefined : withoutCreation / good.length,
    creations: sum(requests.map(({ registered }) => registered.size)),
    creationsAvoided,
    reusedTools: waits.length,
    secondsToSecondUse: median(waits),
    creationSeconds,
    creationUsd,
    secondsPerReuse: per(creationSeconds),
    usdPerReuse: per(creationUsd),
  };
}

const USES = ["tool-create", "tool-register", "tool-call", "tool-result"] as const;

async function readRequest(events: EventStore, run: RunSummary): Promise<RequestUse> {
  const calls = new Map<string, string>();
  const served = new Set<string>();
  const registered = new Set<string>();
  let creates = false;
  for await (const event of readEvents(events, run.id, USES)) {
    switch (event.type) {
      case "tool-create":
        creates = true;
        break;
      case "tool-register":
        registered.add(event.data.name);
        break;
      case "tool-call":
        calls.set(event.data.id, event.data.name);
        break;
      case "tool-result": {
        const name = calls.get(event.data.id);
        if (event.data.status === "returned" && name !== undefined) served.add(name);
        break;
      }
    }
  }
  const succeeded = run.status === "succeeded";
  return { startedAt: Date.parse(run.startedAt), succeeded, creates, registered, served };
}

/** For each tool that served two requests: seconds from the first request to the second. */
function waitsOf(requests: readonly RequestUse[]): readonly number[] {
  const uses = new Map<string, number[]>();
  for (const { served, startedAt } of requests) {
    for (const name of served) uses.set(name, [...(uses.get(name) ?? []), startedAt]);
  }
  return [...uses.values()].flatMap((times) => {
    const [first, second] = times.toSorted((a, z) => a - z);
    return first === undefined || second === undefined ? [] : [(second - first) / 1_000];
  });
}

/** Model replies are in separate runs, children of the evolutions. */
async function costOf(
  events: EventStore,
  runs: readonly RunSummary[],
  searches: ReadonlySet<string>,
): Promise<number | undefined> {
  let total = 0;
  for (const { id, kind, parent } of runs) {
    if (kind !== "replies" || parent === undefined || !searches.has(parent)) continue;
    for await (const { data } of readEvents(events, id, ["model-recorded"])) {
      if (data.outcome.status !== "replied") continue;
      const { costUsd } = data.outcome.reply;
      if (costUsd === undefined) return undefined;
      total += costUsd;
    }
  }
  return total;
}

function secondsOf({ startedAt, endedAt }: RunSummary): number {
  return endedAt === undefined ? 0 : (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, z) => a - z);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
