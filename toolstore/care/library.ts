/**
 * The tool store as the engine uses it: a new version gets its release, links are checked, and a
 * version that fails more often than the one before it is rolled back, with a review in the trace.
 */
import type { ToolStore } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";
import { type RunTool, releasingToolStore } from "../gate/release.ts";
import { type ReviewPorts, review } from "./reviews.ts";
import { rollBack, worseThanBefore } from "./rollback.ts";

export function libraryToolStore({
  store,
  run,
  ...ports
}: ReviewPorts & { readonly run: RunTool }): ToolStore {
  return {
    ...releasingToolStore(store, run),
    async recordUse(name, version, use) {
      await store.recordUse(name, version, use);
      const worse = use.succeeded ? undefined : await worseThanBefore(store, name);
      if (worse === undefined) return;
      const { current, previous } = worse;
      await review(
        { store, ...ports },
        current,
        {
          action: "roll-back",
          to: "deprecated",
          reasons: [
            `It failed in ${failures(current)} calls, ${previous.name}@${previous.version} before it in ${failures(previous)}: that is significantly worse.`,
          ],
          by: "engine",
        },
        async () => {
          await rollBack(store, name);
        },
      );
    },
  };
}

function failures({ usage }: Tool): string {
  return `${usage.calls - usage.successes} of ${usage.calls}`;
}
