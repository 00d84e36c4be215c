/** Statistics of the library and of the usage of each tool. For what the library saves, see reuse.ts. */
import type { ToolStore } from "../../src/core/ports.ts";
import type { ToolStatus, ToolUsage } from "../../src/core/tool.ts";

export interface ToolStats {
  readonly tools: number;
  readonly versions: number;
  /** Current versions by status. */
  readonly byStatus: Readonly<Record<ToolStatus, number>>;
  readonly calls: number;
  readonly successes: number;
  readonly costUsd: number;
  readonly neverUsed: number;
}

export async function toolStats(store: ToolStore): Promise<ToolStats> {
  const byStatus: Record<ToolStatus, number> = { candidate: 0, active: 0, deprecated: 0 };
  const current = await store.list();
  const sums = { versions: 0, calls: 0, successes: 0, costUsd: 0 };
  let neverUsed = 0;
  for (const tool of current) {
    byStatus[tool.status]++;
    let calls = 0;
    for (const { usage } of await store.history(tool.name)) {
      sums.versions++;
      calls += usage.calls;
      sums.successes += usage.successes;
      sums.costUsd += usage.costUsd;
    }
    sums.calls += calls;
    if (calls === 0) neverUsed++;
  }
  return { tools: current.length, byStatus, ...sums, neverUsed };
}

export interface UsageFigures {
  readonly calls: number;
  /** In [0, 1]; undefined before the first call. */
  readonly successRate: number | undefined;
  readonly meanMs: number | undefined;
  /** Nearest rank over the latest calls, at most 100. */
  readonly p95Ms: number | undefined;
  readonly costUsd: number;
}

export function usageFigures({
  calls,
  successes,
  totalMs,
  costUsd,
  latencies = [],
}: ToolUsage): UsageFigures {
  const sorted = latencies.toSorted((a, z) => a - z);
  return {
    calls,
    successRate: calls === 0 ? undefined : successes / calls,
    meanMs: calls === 0 ? undefined : totalMs / calls,
    p95Ms: sorted[Math.ceil(0.95 * sorted.length) - 1],
    costUsd,
  };
}
