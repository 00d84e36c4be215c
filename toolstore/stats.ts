/** What the library is worth: reuse, not size. */
import type { ToolStore } from "../src/core/ports.ts";
import type { ToolStatus } from "../src/core/tool.ts";

export interface ToolStats {
  readonly tools: number;
  readonly versions: number;
  /** Current versions by status. */
  readonly byStatus: Readonly<Record<ToolStatus, number>>;
  readonly calls: number;
  readonly successes: number;
  readonly costUsd: number;
  /** Tools with at least two successful calls over all versions. */
  readonly reused: number;
  readonly neverUsed: number;
  /**
   * Successful calls after each tool's first: without the library each would have needed a tool made.
   * An upper bound, since one request may call a tool several times.
   */
  readonly creationsAvoidedAtMost: number;
}

export async function toolStats(store: ToolStore): Promise<ToolStats> {
  const byStatus: Record<ToolStatus, number> = { candidate: 0, active: 0, deprecated: 0 };
  const current = await store.list();
  const sums = { versions: 0, calls: 0, successes: 0, costUsd: 0 };
  let reused = 0;
  let neverUsed = 0;
  let creationsAvoidedAtMost = 0;
  for (const tool of current) {
    byStatus[tool.status]++;
    let calls = 0;
    let successes = 0;
    for (const { usage } of await store.history(tool.name)) {
      sums.versions++;
      calls += usage.calls;
      successes += usage.successes;
      sums.costUsd += usage.costUsd;
    }
    sums.calls += calls;
    sums.successes += successes;
    if (calls === 0) neverUsed++;
    if (successes >= 2) reused++;
    creationsAvoidedAtMost += Math.max(0, successes - 1);
  }
  return { tools: current.length, byStatus, ...sums, reused, neverUsed, creationsAvoidedAtMost };
}
