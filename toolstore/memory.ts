/** Keeps tools in this process. The reference driver: when in doubt, the others do what it does. */
import type { ToolStore } from "../src/core/ports.ts";
import { admits, checkDigest, shelf, usageAfter } from "./shelf.ts";

export function memoryToolStore(): ToolStore {
  const tools = shelf();
  const latest = new Map<string, { version: number; digest: string }>();

  return {
    async get(name, version) {
      return tools.get(name, version);
    },
    async put(tool) {
      checkDigest(tool);
      if (!admits(tool, latest.get(tool.name))) return;
      latest.set(tool.name, { version: tool.version, digest: tool.digest });
      // A copy: what the caller changes later is not what it put.
      tools.place(structuredClone(tool));
    },
    async list({ statuses } = {}) {
      return tools.list(statuses);
    },
    async history(name) {
      return tools.history(name);
    },
    async search(query) {
      return tools.search(query);
    },
    async setStatus(name, version, status) {
      tools.place({ ...tools.get(name, version), status });
    },
    async recordUse(name, version, use) {
      const tool = tools.get(name, version);
      tools.place({ ...tool, usage: usageAfter(tool.usage, use) });
    },
    async close() {},
  };
}
