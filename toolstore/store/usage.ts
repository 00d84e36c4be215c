/** What a store keeps of live calls. */
import type { ToolUse } from "../../src/core/ports.ts";
import type { ToolUsage } from "../../src/core/tool.ts";

const MOST_ERRORS = 5;
export const MOST_QUERIES = 30;
const LONGEST_TEXT = 500;
const MOST_LATENCIES = 100;
const MOST_COUNTED = 100;

/** The counters after one more call; as they are for a call that was counted. */
export function usageAfter(usage: ToolUsage, use: ToolUse): ToolUsage {
  const { counted = [] } = usage;
  if (use.id !== undefined && counted.includes(use.id)) return usage;
  const lastErrors =
    use.error === undefined
      ? usage.lastErrors
      : [...usage.lastErrors, use.error.slice(0, LONGEST_TEXT)].slice(-MOST_ERRORS);
  const query = use.succeeded ? use.query?.trim().slice(0, LONGEST_TEXT) : undefined;
  // Asked again, a request moves to the end: thirty repeats must not push out everything else.
  const queries =
    query === undefined || query === ""
      ? usage.queries
      : [...usage.queries.filter((known) => known !== query), query].slice(-MOST_QUERIES);
  return {
    calls: usage.calls + 1,
    successes: usage.successes + (use.succeeded ? 1 : 0),
    totalMs: usage.totalMs + use.wallMs,
    costUsd: usage.costUsd + (use.costUsd ?? 0),
    lastErrors,
    queries,
    latencies: [...(usage.latencies ?? []), use.wallMs].slice(-MOST_LATENCIES),
    ...(use.id === undefined
      ? usage.counted === undefined
        ? {}
        : { counted }
      : { counted: [...counted, use.id].slice(-MOST_COUNTED) }),
  };
}
