/** The usage record of a tool's live calls. */
import { canonicalJson } from "../../src/core/json.ts";
import type { ToolUse } from "../../src/core/ports.ts";
import { present } from "../../src/core/present.ts";
import type { Case, ToolUsage } from "../../src/core/tool.ts";

const MAX_ERRORS = 5;
export const MAX_QUERIES = 30;
const MAX_CHARACTERS = 500;
const MAX_LATENCIES = 100;
const MAX_COUNTED = 100;
const MAX_REPORTED = 20;

/** The usage after one more call; unchanged if the call was already counted. */
export function usageAfter(usage: ToolUsage, use: ToolUse): ToolUsage {
  const { counted = [] } = usage;
  if (use.id !== undefined && counted.includes(use.id)) return usage;
  const lastErrors =
    use.error === undefined
      ? usage.lastErrors
      : [...usage.lastErrors, use.error.slice(0, MAX_CHARACTERS)].slice(-MAX_ERRORS);
  const query = use.succeeded ? use.query?.trim().slice(0, MAX_CHARACTERS) : undefined;
  // A repeated query moves to the end, so that repeats do not remove the other queries.
  const queries =
    query === undefined || query === ""
      ? usage.queries
      : [...usage.queries.filter((known) => known !== query), query].slice(-MAX_QUERIES);
  return {
    calls: usage.calls + 1,
    successes: usage.successes + (use.succeeded ? 1 : 0),
    totalMs: usage.totalMs + use.wallMs,
    costUsd: usage.costUsd + (use.costUsd ?? 0),
    lastErrors,
    queries,
    latencies: [...(usage.latencies ?? []), use.wallMs].slice(-MAX_LATENCIES),
    ...present({ reported: reportedAfter(usage.reported, use.reported) }),
    ...(use.id === undefined
      ? usage.counted === undefined
        ? {}
        : { counted }
      : { counted: [...counted, use.id].slice(-MAX_COUNTED) }),
  };
}

/** The latest report about some arguments counts. */
function reportedAfter(
  known: readonly Case[] | undefined,
  report: Case | undefined,
): Case[] | undefined {
  if (report === undefined) return known === undefined ? undefined : [...known];
  const args = canonicalJson(report.args);
  const others = (known ?? []).filter((each) => canonicalJson(each.args) !== args);
  return [...others, report].slice(-MAX_REPORTED);
}
