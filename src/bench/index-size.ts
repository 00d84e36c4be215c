/**
 * The scale of the index alone, without stored tools: words of generated tools, and vectors if a
 * dimension is given. It is written and read as in the embedded store.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { type ToolIndex, toolIndex } from "../../toolstore/retrieval/tool-index.ts";
import { unit } from "../../toolstore/retrieval/vectors.ts";
import { type Catalogue, type CatalogueDump, catalogue } from "../../toolstore/store/catalogue.ts";
import { openDatabase } from "../../toolstore/store/embedded-file.ts";
import {
  chainOf,
  readSegment,
  type SegmentHead,
  writeSegment,
} from "../../toolstore/store/embedded-index.ts";
import { type Random, seededRandom } from "../core/random.ts";
import { inventDocument, inventWords, phrase } from "./invent.ts";
import { percentile } from "./retrieval.ts";

export interface IndexBench {
  readonly tools: number;
  /** Dimensions of each vector; 0: only words. */
  readonly dims: number;
  /** Indexed tools per second of wall clock, and the CPU time of all. */
  readonly wordsPerSecond: number;
  readonly wordsCpuMs: number;
  readonly vectorsPerSecond?: number;
  /** Increase of the process's resident memory after the index was read back and searched. */
  readonly rssMiB: number;
  readonly saveMs: number;
  /** Reading the words back from the file. */
  readonly startMs: number;
  readonly startCpuMs: number;
  /** Includes one-time preparation: similar spellings. */
  readonly firstSearchMs: number;
  readonly searchMs: { readonly p50: number; readonly p99: number };
  readonly searchCpuMs: number;
  readonly fileMiB: number;
}

const SEARCHES = 300;
const WARM_UP = 30;
/** Distinct words grow with the square root of all words (Heaps' law, exponent 0.5). */
const WORDS_PER_ROOT = 16;

/** @param dims 0: only words. */
export async function benchIndex({
  tools,
  dims = 0,
  seed = 1,
}: {
  readonly tools: number;
  readonly dims?: number;
  readonly seed?: number;
}): Promise<IndexBench> {
  const folder = mkdtempSync(join(tmpdir(), "tool-index-bench-"));
  const path = join(folder, "index.db");
  const rssBefore = process.memoryUsage().rss;
  const random = seededRandom(seed, "index");
  const vocabulary = inventWords(random, 1_000 + Math.round(WORDS_PER_ROOT * Math.sqrt(tools)));
  const database = openDatabase(path, 10_000);
  try {
    const built = build(database, tools, vocabulary, random);
    let start = performance.now();
    const startCpu = process.cpuUsage();
    const known = load(database);
    const startMs = performance.now() - start;
    const startCpuMs = cpuMsSince(startCpu);
    start = performance.now();
    for (let i = 0; i < tools && dims > 0; i++) {
      known.putVector(`tool_${i}`, 1, { vector: direction(dims, random), served: 0 });
    }
    const vectorsMs = performance.now() - start;
    const search = (): void => {
      const text = phrase(vocabulary, random, 4 + random.integer(12));
      known.search({ text, limit: 10 }, dims === 0 ? undefined : [direction(dims, random)]);
    };
    start = performance.now();
    search();
    const firstSearchMs = performance.now() - start;
    for (let i = 0; i < WARM_UP; i++) search();
    const times: number[] = [];
    const before = process.cpuUsage();
    for (let i = 0; i < SEARCHES; i++) {
      start = performance.now();
      search();
      times.push(performance.now() - start);
    }
    const searchCpuMs = cpuMsSince(before) / SEARCHES;
    return {
      tools,
      dims,
      ...built,
      ...(dims === 0 ? {} : { vectorsPerSecond: (1_000 * tools) / vectorsMs }),
      rssMiB: (process.memoryUsage().rss - rssBefore) / 2 ** 20,
      startMs,
      startCpuMs,
      firstSearchMs,
      searchMs: { p50: percentile(times, 0.5), p99: percentile(times, 0.99) },
      searchCpuMs,
      fileMiB: statSync(path).size / 2 ** 20,
    };
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function build(
  database: DatabaseSync,
  tools: number,
  vocabulary: readonly string[],
  random: Random,
): Pick<IndexBench, "wordsPerSecond" | "wordsCpuMs" | "saveMs"> {
  const index = toolIndex();
  let start = performance.now();
  const cpu = process.cpuUsage();
  for (let i = 0; i < tools; i++) index.put(`tool_${i}`, inventDocument(vocabulary, random));
  const wordsPerSecond = (1_000 * tools) / (performance.now() - start);
  const wordsCpuMs = cpuMsSince(cpu);
  start = performance.now();
  database.exec("BEGIN IMMEDIATE");
  const at = { number: 0, from: 0, change: tools };
  writeSegment(database, { names: [], dump: dumpOf(index) }, at);
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  return { wordsPerSecond, wordsCpuMs, saveMs: performance.now() - start };
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function dumpOf(index: ToolIndex): CatalogueDump {
  const words = index.dump();
  const facts = { language: "javascript", needs: [], origin: "" } as const;
  const none = { words: toolIndex().dump(), versions: [], facts: [] };
  return {
    candidate: none,
    active: { words, versions: words.keys.map(() => 1), facts: words.keys.map(() => facts) },
    deprecated: none,
  };
}

function load(database: DatabaseSync): Catalogue {
  const into = catalogue();
  for (const head of chainOf(database) as readonly SegmentHead[]) {
    const segment = readSegment(database, head);
    if (segment !== undefined) into.merge(segment.names, segment.dump);
  }
  return into;
}

/** A random direction; the time of a scan does not depend on it. */
function direction(dims: number, random: Random): Float32Array {
  return unit(Float32Array.from({ length: dims }, () => random.next() - 0.5));
}
