import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Embedder, ToolFilter, ToolStore } from "../../../src/core/ports.ts";
import { qdrantToolStore } from "../../../toolstore/qdrant/qdrant.ts";
import { embeddedToolStore } from "../../../toolstore/store/embedded.ts";
import { memoryToolStore } from "../../../toolstore/store/memory.ts";
import { startQdrant } from "../../support/qdrant-server.ts";
import { CORPUS, requests } from "../corpus.ts";
import { hashEmbedder } from "../hash-embedder.ts";
import { sampleTool } from "../sample.ts";

const folder = mkdtempSync(join(tmpdir(), "parity-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Some of them of other languages, with needs, of other origins, used or withdrawn. */
async function fill(stores: readonly ToolStore[]): Promise<void> {
  const tools = CORPUS.map(({ name, description }, i) =>
    sampleTool({
      name,
      description,
      ...(i % 3 === 0 ? { language: "python" as const } : {}),
      ...(i % 5 === 0 ? { capabilities: { network: ["host"], files: false, model: false } } : {}),
      ...(i % 7 === 0 ? { origin: "mcp:server" } : {}),
    }),
  );
  for (const store of stores) {
    await Promise.all(tools.map((tool) => store.put(tool)));
    for (const [i, { name }] of tools.slice(0, 30).entries()) {
      await store.recordUse(name, 1, {
        succeeded: true,
        wallMs: 1,
        query: `served request ${i} weather`,
      });
      if (i % 10 === 0) await store.setStatus(name, 1, "deprecated");
    }
  }
}

const FILTERS: readonly (ToolFilter | undefined)[] = [
  undefined,
  { languages: ["python"] },
  { needs: [] },
  { origins: [""], minVersion: 1 },
];

describe("toolstore: embedded and qdrant", () => {
  it.each<[string, Embedder | undefined]>([
    ["words", undefined],
    ["words and vectors", hashEmbedder(64)],
  ])(
    "give the same ten with the same scores, by %s, filtered or not",
    { timeout: 120_000 },
    async (_, embedder) => {
      const server = await startQdrant();
      const common = embedder === undefined ? {} : { embedder };
      const embedded = embeddedToolStore(join(folder, `${embedder?.id}.db`), common);
      const memory = memoryToolStore(common);
      const localFile = join(folder, `${embedder?.id}-copy.db`);
      const qdrant = qdrantToolStore({ url: server.url, localFile, timeoutMs: 60_000, ...common });
      await fill([embedded, memory, qdrant]);
      let found = 0;
      for (const [i, text] of requests(60, 1).entries()) {
        const filter = FILTERS[i % FILTERS.length];
        const query = {
          text,
          limit: 10,
          ...(i % 4 === 1 ? { hypotheses: ["getWeather(city: string)", "reads a forecast"] } : {}),
          ...(filter === undefined ? {} : { filter }),
        };
        const [left, middle, right] = await Promise.all(
          [embedded, memory, qdrant].map(async (store) =>
            (await store.search(query)).map(({ tool, score }) => ({ name: tool.name, score })),
          ),
        );
        found += left?.length ?? 0;
        expect(middle).toEqual(left);
        expect(right?.map(({ name }) => name)).toEqual(left?.map(({ name }) => name));
        for (const [at, { score }] of (right ?? []).entries()) {
          expect(score).toBeCloseTo(left?.[at]?.score ?? 0, 6);
        }
      }
      expect(found).toBeGreaterThan(300);
      for (const store of [embedded, memory, qdrant]) await store.close();
      await server.close();
      expect(server.faults).toEqual([]);
    },
  );
});
