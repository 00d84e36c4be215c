import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Embedder, ToolFilter, ToolStore } from "../../../src/core/ports.ts";
import { qdrantToolStore } from "../../../toolstore/qdrant/qdrant.ts";
import { embeddedToolStore } from "../../../toolstore/store/embedded.ts";
import { memoryToolStore } from "../../../toolstore/store/memory.ts";
import { startQdrant } from "../../support/qdrant-server.ts";
import { hashEmbedder } from "../hash-embedder.ts";
import { sampleTool } from "../sample.ts";

const SETS = join("..", "shared", "data", "tools");
const folder = mkdtempSync(join(tmpdir(), "parity-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lines<T>(file: string): T[] {
  return readFileSync(join(SETS, file), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

/** Tools of a public set; some of them of other languages and with needs. */
async function fill(stores: readonly ToolStore[], count: number): Promise<void> {
  const corpus = lines<{ name: string; description: string }>("sealtools.corpus.jsonl");
  const tools = corpus.slice(0, count).map(({ name, description }, i) =>
    sampleTool({
      name: name.replaceAll(/[^A-Za-z0-9_]/g, "_").slice(0, 60),
      description,
      ...(i % 3 === 0 ? { language: "python" as const } : {}),
      ...(i % 5 === 0 ? { capabilities: { network: ["host"], files: false, model: false } } : {}),
      ...(i % 7 === 0 ? { origin: "mcp:server" } : {}),
    }),
  );
  const unique = [...new Map(tools.map((tool) => [tool.name, tool])).values()];
  for (const store of stores) {
    await Promise.all(unique.map((tool) => store.put(tool)));
    for (const [i, { name }] of unique.slice(0, 30).entries()) {
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

describe.skipIf(!existsSync(SETS))("toolstore: embedded and qdrant", () => {
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
      await fill([embedded, memory, qdrant], 250);
      const queries = lines<{ query: string }>("sealtools.queries.jsonl").slice(0, 50);
      for (const [i, { query: text }] of queries.entries()) {
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
        expect(middle).toEqual(left);
        expect(right?.map(({ name }) => name)).toEqual(left?.map(({ name }) => name));
        for (const [at, { score }] of (right ?? []).entries()) {
          expect(score).toBeCloseTo(left?.[at]?.score ?? 0, 6);
        }
      }
      for (const store of [embedded, memory, qdrant]) await store.close();
      await server.close();
      expect(server.faults).toEqual([]);
    },
  );
});
