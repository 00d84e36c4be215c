import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { benchIndex } from "../../src/bench/index-size.ts";
import { benchRetrieval } from "../../src/bench/retrieval.ts";
import { benchStore } from "../../src/bench/store.ts";
import { hashEmbedder } from "../toolstore/hash-embedder.ts";

const folder = mkdtempSync(join(tmpdir(), "tool-bench-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
function file(...rows: unknown[]): string {
  const path = join(folder, `${++files}.jsonl`);
  writeFileSync(
    path,
    rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n"),
  );
  return path;
}
const tool = (id: string, description: string) => ({ id, name: id, description, parameters: [] });
const corpus = [
  tool("packBins", "Packs bins."),
  tool("sortList", "Sorts lists."),
  tool("isoDate", "Dates."),
];

describe("retrieval bench", () => {
  it("gives recall and nDCG by their formulas", async () => {
    const queries = [
      { id: 1, query: "packing a bin", gold: ["packBins"] },
      { id: 2, query: "xyzzy", gold: ["isoDate"] },
      { id: 3, query: "bins", gold: ["packBins", "isoDate"] },
    ];
    const result = await benchRetrieval({
      corpusFile: file(...corpus),
      queriesFile: file(...queries),
    });
    // 1, 0 and one of two tools found, each at the first place.
    expect(result.ranked.recallAt5).toBeCloseTo(100 * ((1 + 0 + 0.5) / 3), 9);
    expect(result.ranked.ndcgAt10).toBeCloseTo((100 * (1 + 1 / (1 + 1 / Math.log2(3)))) / 3, 9);
    // Plain BM25 knows neither "packing" nor "bin" in "packBins. Packs bins."
    expect(result.plainBm25.recallAt5).toBeCloseTo((100 * 0.5) / 3, 9);
  });

  it("asks each query again where its tools were taken out, and counts right and wrong nones", async () => {
    const queries = [
      { id: 1, query: "packing bins", gold: ["packBins"] },
      { id: 2, query: "packing a bin", gold: ["packBins"] },
    ];
    const { abstention, abstentionInLarger } = await benchRetrieval({
      corpusFile: file(...corpus),
      queriesFile: file(...queries),
      storeSize: 2,
    });
    // Nothing else packs anything: found where it is there, none where it is not.
    const whole = { trials: 4, precision: 100, recall: 100, found: 100, foundAmongFive: 100 };
    expect(abstention).toMatchObject({ ...whole, storeSize: 2 });
    expect(abstentionInLarger).toEqual([expect.objectContaining({ ...whole, storeSize: 3 })]);

    // A twin that covers as much is no "none".
    const twins = await benchRetrieval({
      corpusFile: file(...corpus, tool("binPacker", "Packs bins.")),
      queriesFile: file(...queries),
    });
    expect(twins.abstentionInLarger.at(-1)).toMatchObject({ recall: 0, found: 100 });
  });

  it("does not evaluate the queries that it has indexed", async () => {
    const queries = Array.from({ length: 6 }, (_, i) => ({
      id: i,
      query: `q${i}`,
      gold: ["packBins"],
    }));
    const files = { corpusFile: file(...corpus), queriesFile: file(...queries) };
    expect((await benchRetrieval({ ...files, usagePerTool: 4 })).queries).toBe(2);
  });

  it.each([
    [[...corpus, "{nonsense"], /:4: the whole line: expected JSON/],
    [
      [{ ...corpus[0], parameters: [{ description: "x" }] }],
      /:1: parameters\[0\]\.name: expected text, got nothing/,
    ],
    [[corpus[0], corpus[0]], /:2: id: expected a unique id, got "packBins" twice/],
    [[], /got none/],
  ])("names file, line and field of a bad corpus", async (rows, message) => {
    const queriesFile = file({ id: 1, query: "bins", gold: ["packBins"] });
    const corpusFile = file(...rows);
    await expect(benchRetrieval({ corpusFile, queriesFile })).rejects.toThrow(message);
  });

  it("names the query whose tool is not there, and a file that is not there", async () => {
    const corpusFile = file(...corpus);
    const queriesFile = file({ id: 1, query: "bins", gold: ["packBins", "gone"] });
    await expect(benchRetrieval({ corpusFile, queriesFile })).rejects.toThrow(
      /:1: gold\.1: expected a tool of .*, got "gone"/,
    );
    const missing = { corpusFile, queriesFile: join(folder, "no.jsonl") };
    await expect(benchRetrieval(missing)).rejects.toThrow(/cannot be read/);
  });
});

describe("retrieval bench with an embedder", () => {
  it("shows it beside words alone", async () => {
    const queriesFile = file({ id: 1, query: "packing a bin", gold: ["packBins"] });
    const embedder = hashEmbedder(64);
    const result = await benchRetrieval({ corpusFile: file(...corpus), queriesFile, embedder });
    expect(result.embedder).toBe("hash@64");
    expect(result.words?.recallAt1).toBe(100);
    expect(result.ranked.recallAt1).toBe(100);
  });
});

describe("store bench", () => {
  it("measures inserts, start and searches, and leaves no file", async () => {
    const result = await benchStore({ tools: 50 });
    expect(result.tools).toBe(50);
    for (const figure of Object.values({ ...result, ...result.searchMs, searchMs: 1, fts5Ms: 1 })) {
      expect(figure).toBeGreaterThan(0);
    }
  });

  it("measures the index alone, with vectors and without", async () => {
    const words = await benchIndex({ tools: 200 });
    expect(words).toMatchObject({ tools: 200, dims: 0 });
    expect(words.fileMiB).toBeGreaterThan(0);
    expect(words).not.toHaveProperty("vectorsPerSecond");
    expect((await benchIndex({ tools: 200, dims: 32 })).vectorsPerSecond).toBeGreaterThan(0);
  });
});
