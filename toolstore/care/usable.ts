/** Which stored tools a request may use, by how sure they are. */
import { isTrusted } from "../../src/core/evidence.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";

/** `warn`: every request may use every tool; `own`: one that is not trusted only the request that made it. */
type ProvisionalUse = "warn" | "own";

/** The store without the tools that this request may not use. By name they are still found. */
export function usableTools(store: ToolStore, use: ProvisionalUse, requestId: string): ToolStore {
  if (use !== "own") return store;
  const isUsable = (tool: Tool): boolean =>
    tool.evidence === undefined || isTrusted(tool) || tool.lineage.requestId === requestId;
  return {
    ...store,
    list: async (options) => (await store.list(options)).filter(isUsable),
    async search(query) {
      const matches = await store.search(query);
      return Object.assign(
        matches.filter(({ tool }) => isUsable(tool)),
        matches.degraded === undefined ? {} : { degraded: matches.degraded },
      );
    },
  };
}
