/**
 * The programs database alone, at several sizes: time per operation and memory. Every program opens a
 * new cluster, which is the most expensive case.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { seededRandom } from "../core/random.ts";
import type { Parent } from "../evolve/generators/generator.ts";
import { strategyByName } from "../evolve/population/strategies.ts";

interface DatabaseRow {
  readonly strategy: string;
  readonly programs: number;
  readonly registerMicroseconds: number;
  readonly selectMicroseconds: number;
  /** Heap in addition to that of an empty database. */
  readonly heapMiB: number;
}

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
/** Operations that are timed together, and the number of such measurements at each size. */
const CHUNK = 30;
const CHUNKS = 31;

export async function benchDatabase(signal: AbortSignal): Promise<readonly DatabaseRow[]> {
  const rows: DatabaseRow[] = [];
  for (const name of ["funsearch", "map-elites"]) {
    await grow(name, [20_000], signal); // Warm-up: compiles the code.
    rows.push(...(await grow(name, SIZES, signal)));
  }
  return rows;
}

async function grow(
  name: string,
  sizes: readonly number[],
  signal: AbortSignal,
): Promise<readonly DatabaseRow[]> {
  const strategy = strategyByName(name);
  const random = seededRandom(1);
  const collect = collector();
  const empty = heapMiB(collect);
  let created = 0;
  const next = (): { program: Parent; signature: string } => {
    const id = created++;
    const fitness = random.normal();
    const program: Parent = {
      digest: `program-${id}`,
      source: `function f(x) { return x + ${id}; }`,
      fitness,
      scores: [fitness, random.normal(), random.normal(), random.normal()],
    };
    return { program, signature: `signature-${id}` };
  };
  const seed = next();
  strategy.registerSeed(seed.program, seed.signature);
  const { place } = strategy.select(2, random);
  const rows: DatabaseRow[] = [];
  for (const size of sizes) {
    while (created < size - CHUNK * CHUNKS) {
      const { program, signature } = next();
      // The islands in turn, as in a run.
      strategy.register(program, signature, { ...place, island: islandOf(name, created) });
      if (created % 50_000 === 0) {
        signal.throwIfAborted();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const registering = medianMicroseconds(() => {
      for (const { program, signature } of Array.from({ length: CHUNK }, next)) {
        strategy.register(program, signature, { ...place, island: islandOf(name, created) });
      }
    });
    const selecting = medianMicroseconds(() => {
      for (let index = 0; index < CHUNK; index++) strategy.select(2, random);
    });
    rows.push({
      strategy: name,
      programs: size,
      registerMicroseconds: registering / CHUNK,
      selectMicroseconds: selecting / CHUNK,
      heapMiB: heapMiB(collect) - empty,
    });
  }
  return rows;
}

/** The island of a program, for the strategy's default number of islands. */
function islandOf(name: string, index: number): number {
  return name === "funsearch" ? index % 4 : 0;
}

/** The median over the chunks: other load of the machine affects some of them. */
function medianMicroseconds(work: () => void): number {
  const times = Array.from({ length: CHUNKS }, () => {
    const start = performance.now();
    work();
    return (performance.now() - start) * 1000;
  });
  return times.sort((a, b) => a - b)[CHUNKS >> 1] ?? Number.NaN;
}

function heapMiB(collect: () => void): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** The garbage collector, which is not exposed by default. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
