/** Stores tools in this process. The reference driver: the other drivers must behave the same. */
import type { Embedder, ToolStore } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";
import { queriesOf } from "./catalogue.ts";
import { queryVectors, toolVectors } from "./embedding.ts";
import { matches } from "./matches.ts";
import { checkDigest, isNewVersion, toolTable, withEvidence } from "./tool-table.ts";
import { usageAfter } from "./usage.ts";

export function memoryToolStore({ embedder }: { readonly embedder?: Embedder } = {}): ToolStore {
  const tools = toolTable();
  const latest = new Map<string, { version: number; digest: string }>();
  let unembedded: string | undefined;

  /** If a tool cannot be embedded, searches find it by words only. */
  async function embed(tool: Tool): Promise<void> {
    if (embedder === undefined) return;
    const queries = queriesOf(tools.history(tool.name));
    try {
      const [vector] = await toolVectors(
        embedder,
        [{ tool, queries }],
        new AbortController().signal,
      );
      if (vector !== undefined) tools.setVector(tool.name, tool.version, vector);
    } catch (error) {
      unembedded = `some tools are found by words only: ${String(error)}`;
    }
  }

  return {
    async get(name, version) {
      return tools.get(name, version);
    },
    async put(tool) {
      checkDigest(tool);
      if (!isNewVersion(tool, latest.get(tool.name))) return;
      latest.set(tool.name, { version: tool.version, digest: tool.digest });
      // A copy, so that later changes by the caller have no effect.
      const copy = structuredClone(tool);
      tools.set(copy);
      await embed(copy);
    },
    async list({ statuses } = {}) {
      return tools.list(statuses);
    },
    async history(name) {
      return tools.history(name);
    },
    async search(query) {
      const { vectors, degraded = unembedded } = await queryVectors(embedder, query);
      return matches(tools.search(query, vectors), degraded);
    },
    async setStatus(name, version, status) {
      tools.set({ ...tools.get(name, version), status });
    },
    async setEvidence(name, version, known) {
      tools.set(withEvidence(tools.get(name, version), structuredClone(known)));
    },
    async recordUse(name, version, use) {
      const tool = tools.get(name, version);
      const after = { ...tool, usage: usageAfter(tool.usage, use) };
      tools.set(after);
      if (use.succeeded && use.query !== undefined) await embed(after);
    },
    async close() {},
  };
}
