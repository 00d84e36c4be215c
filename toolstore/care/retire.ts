/**
 * Retirement removes unused tools from the searches, so that a growing library does not become slower
 * and less precise. Nothing is deleted, and a retired tool can be restored.
 */
import { InputError } from "../../src/core/errors.ts";
import type { EventStore, ToolStore } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";
import { dependedOn } from "../link/graph.ts";
import { type ReviewPorts, review } from "./reviews.ts";

const MONTH_MS = 30 * 24 * 3_600_000;

/** Successful calls that a tool needs: TroVE's log20 of the number of requests. */
function leastUses(requests: number): number {
  return Math.log(Math.max(1, requests)) / Math.log(20);
}

export interface RetirementOptions {
  /** Total number of requests to the library. */
  readonly requests: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Younger tools are not retired. */
  readonly graceMs?: number;
}

/**
 * Active tools with too little use: fewer than log20(requests) successful calls over all versions,
 * older than the grace period, called by no other tool, and not from an MCP server. The rule is
 * TroVE's (Wang et al., 2024), with successful calls instead of uses.
 */
export async function retirable(
  store: ToolStore,
  { requests, now, graceMs = MONTH_MS }: RetirementOptions,
): Promise<readonly { readonly tool: Tool; readonly successes: number }[]> {
  const least = leastUses(requests);
  const needed = await dependedOn(store);
  const found: { tool: Tool; successes: number }[] = [];
  for (const tool of await store.list({ statuses: ["active"] })) {
    if (tool.origin !== undefined || needed.has(tool.name)) continue;
    if (now - Date.parse(tool.createdAt) < graceMs) continue;
    let successes = 0;
    for (const version of await store.history(tool.name)) successes += version.usage.successes;
    if (successes < least) found.push({ tool, successes });
  }
  return found;
}

export interface Retirement {
  /** Successful calls that the rule requires. */
  readonly least: number;
  readonly retired: readonly { readonly name: string; readonly reason: string }[];
}

/** Applies the rule with the number of requests in the trace; deprecates every active version. */
export async function retireUnused(
  ports: ReviewPorts,
  {
    events,
    now,
    graceMs,
    dryRun,
  }: {
    readonly events: EventStore;
    readonly now: number;
    readonly graceMs: number;
    readonly dryRun: boolean;
  },
): Promise<Retirement> {
  const requests = (await events.runs()).filter(({ kind }) => kind === "request").length;
  const least = leastUses(requests);
  const retired: { name: string; reason: string }[] = [];
  for (const { tool, successes } of await retirable(ports.store, { requests, now, graceMs })) {
    const reason = `${successes} successful calls in ${requests} requests, ${least.toFixed(2)} are required.`;
    if (!dryRun) await retire(ports, tool.name, reason);
    retired.push({ name: tool.name, reason });
  }
  return { least, retired };
}

/**
 * Applies the rule after every n-th request. Call it when a request has ended.
 *
 * @param every n; 0: never.
 */
export function retiringEvery(
  every: number,
  events: EventStore,
  ports: ReviewPorts,
): (now: number) => Promise<void> {
  return async (now) => {
    if (every === 0) return;
    const runs = await events.runs();
    const requests = runs.filter(
      ({ kind, endedAt }) => kind === "request" && endedAt !== undefined,
    );
    if (requests.length === 0 || requests.length % every !== 0) return;
    await retireUnused(ports, { events, now, graceMs: MONTH_MS, dryRun: false });
  };
}

async function retire(ports: ReviewPorts, name: string, reason: string): Promise<void> {
  for (const version of await ports.store.history(name)) {
    if (version.status !== "active") continue;
    await review(ports, version, {
      action: "retire",
      to: "deprecated",
      reasons: [reason],
      by: "engine",
    });
  }
}

/**
 * Makes a deprecated version active again.
 *
 * @param version Default: the newest deprecated one.
 * @throws InputError NOTHING_TO_RESTORE
 */
export async function restore(
  ports: ReviewPorts,
  name: string,
  { version, reason = "restored" }: { readonly version?: number; readonly reason?: string },
): Promise<Tool> {
  const history = await ports.store.history(name);
  const tool =
    version === undefined
      ? history.findLast(({ status }) => status === "deprecated")
      : await ports.store.get(name, version);
  if (tool?.status !== "deprecated") {
    throw new InputError(
      "NOTHING_TO_RESTORE",
      tool === undefined
        ? `Expected a deprecated version of "${name}", got none: nothing to restore.`
        : `Expected a deprecated version, but ${name}@${tool.version} is ${tool.status}.`,
      { facts: { tool: name } },
    );
  }
  await review(ports, tool, { action: "restore", to: "active", reasons: [reason], by: "person" });
  return ports.store.get(name, tool.version);
}
