/** An engine on a home of its own, with a scripted endpoint as its model. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Config } from "../../src/core/config.ts";
import { Request } from "../../src/core/request.ts";
import type { Tool } from "../../src/core/tool.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { openEngine } from "../../src/engine/open-engine.ts";
import type { Outcome } from "../../src/request/requests.ts";
import { type SampleTool, sampleTool } from "../toolstore/sample.ts";
import { type ModelServer, modelServer } from "./model-server.ts";

export interface Seen {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of many shapes.
  readonly data: any;
  readonly link?: string;
}

export interface WalkHome {
  readonly folder: string;
  readonly server: ModelServer;
  readonly engine: Engine;
  file(name: string, text: string): string;
  put(...tools: SampleTool[]): Promise<void>;
  request(words: string, more?: object): Promise<Outcome>;
  /** Carries a waiting request on. */
  attempt(id: string): Promise<Outcome>;
  events(runId: string): Promise<readonly Seen[]>;
  close(): Promise<void>;
}

export async function walkHome(
  script: Parameters<typeof modelServer>[0],
  config: object = {},
): Promise<WalkHome> {
  const folder = mkdtempSync(join(tmpdir(), "toolwright-walk-"));
  const server = await modelServer(script);
  const model = { model: "scripted", baseUrl: `${server.url}/v1` };
  const engine = openEngine(
    Config.parse({ home: join(folder, "home"), workers: 1, model, ...config }),
  );
  const never = new AbortController().signal;
  const prepare = async () => ({ task: undefined, instances: [] });
  return {
    folder,
    server,
    engine,
    file(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    async put(...tools) {
      for (const tool of tools) await engine.tools.put(sampleTool(tool) as Tool);
    },
    request: (words, more = {}) =>
      engine.request(
        Request.parse({ objective: words, ...more }),
        { task: undefined, instances: [], budget: { evaluations: 100 } },
        never,
      ),
    attempt: (id) => engine.requests.attempt(id, { prepare }, never),
    async events(runId) {
      const found: Seen[] = [];
      for await (const { type, data, link } of engine.events.events(runId)) {
        found.push({ type, data, ...(link === undefined ? {} : { link }) });
      }
      return found;
    },
    async close() {
      await engine.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
