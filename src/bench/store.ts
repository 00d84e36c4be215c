/** The speed of the embedded store with generated tools: insert, start, search, memory. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { embeddedToolStore } from "../../toolstore/store/embedded.ts";
import { type Random, seededRandom } from "../core/random.ts";
import { invent, inventWords, phrase } from "./invent.ts";
import { percentile } from "./retrieval.ts";

export interface StoreBench {
  readonly tools: number;
  /** Acknowledged, in batches of 500. */
  readonly insertsPerSecond: number;
  /** Closing after the inserts, which writes the index. */
  readonly saveMs: number;
  /** Opening and reading everything back. */
  readonly startMs: number;
  /** The first search, which reads the index. */
  readonly firstSearchMs: number;
  readonly searchMs: { readonly p50: number; readonly p99: number };
  /** The same requests with SQLite's full-text search (FTS5, plain BM25), in memory. */
  readonly fts5Ms: { readonly p50: number; readonly p99: number };
  /** Processor time of one search. */
  readonly searchCpuMs: number;
  /** Resident memory of the process after the searches. */
  readonly rssMiB: number;
  readonly fileMiB: number;
}

const BATCH = 500;
const WARM_UP = 100;
const SEARCHES = 500;

/** @param tools Number of tools, from 1 to about 100,000; files are in a temporary folder and removed. */
export async function benchStore({
  tools,
  seed = 1,
}: {
  readonly tools: number;
  readonly seed?: number;
}): Promise<StoreBench> {
  const folder = mkdtempSync(join(tmpdir(), "tool-store-bench-"));
  try {
    const path = join(folder, "tools.db");
    const random = seededRandom(seed, "tools");
    const vocabulary = inventWords(random, 5_000);
    const { insertsPerSecond, saveMs } = await insert(path, tools, vocabulary, random);

    let start = performance.now();
    const store = embeddedToolStore(path);
    await store.list({ statuses: ["candidate"] });
    const startMs = performance.now() - start;
    start = performance.now();
    await store.search({ text: phrase(vocabulary, random, 6), limit: 10 });
    const firstSearchMs = performance.now() - start;

    for (let i = 0; i < WARM_UP; i++) {
      await store.search({ text: phrase(vocabulary, random, 4 + random.integer(12)), limit: 10 });
    }
    const texts = Array.from({ length: SEARCHES }, () =>
      phrase(vocabulary, random, 4 + random.integer(12)),
    );
    const times: number[] = [];
    const before = process.cpuUsage();
    for (const text of texts) {
      start = performance.now();
      await store.search({ text, limit: 10 });
      times.push(performance.now() - start);
    }
    const { user, system } = process.cpuUsage(before);
    const rssMiB = process.memoryUsage().rss / 2 ** 20;
    await store.close();
    return {
      tools,
      insertsPerSecond,
      saveMs,
      startMs,
      firstSearchMs,
      searchMs: { p50: percentile(times, 0.5), p99: percentile(times, 0.99) },
      fts5Ms: fullText(path, texts),
      searchCpuMs: (user + system) / 1_000 / SEARCHES,
      rssMiB,
      fileMiB: statSync(path).size / 2 ** 20,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function insert(
  path: string,
  tools: number,
  vocabulary: readonly string[],
  random: Random,
): Promise<{ readonly insertsPerSecond: number; readonly saveMs: number }> {
  const store = embeddedToolStore(path);
  const start = performance.now();
  for (let done = 0; done < tools; done += BATCH) {
    const count = Math.min(BATCH, tools - done);
    const batch = Array.from({ length: count }, (_, i) => invent(done + i, vocabulary, random));
    await Promise.all(batch.map((tool) => store.put(tool)));
  }
  const insertedAt = performance.now();
  await store.close();
  return {
    insertsPerSecond: (1_000 * tools) / (insertedAt - start),
    saveMs: performance.now() - insertedAt,
  };
}

/** The time of the same requests with SQLite's own index of the same tools. */
function fullText(path: string, texts: readonly string[]): { p50: number; p99: number } {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE VIRTUAL TABLE words USING fts5(name, record)");
  database.prepare("ATTACH ? AS store").run(path);
  database.exec("INSERT INTO words SELECT name, record FROM store.tools");
  const select = database.prepare(
    "SELECT name FROM words WHERE words MATCH ? ORDER BY bm25(words) LIMIT 10",
  );
  const times = texts.map((text) => {
    const start = performance.now();
    select.all(text.replaceAll(" ", " OR "));
    return performance.now() - start;
  });
  database.close();
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}
