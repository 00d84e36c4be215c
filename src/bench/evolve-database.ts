/**
 * The programs database alone, as it grows: time per operation and memory. Every program opens a
 * cluster of its own, which is the costly case.
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
  /** Heap in use beyond that of an empty database. */
  readonly heapMiB: number;
}

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
/** Operations that are timed together, and how often that is done at each size. */
const CHUNK = 30;
const CHUNKS = 31;

export async function benchDatabase(signal: AbortSignal): Promise<readonly DatabaseRow[]> {
  const rows: DatabaseRow[] = [];
  for (const name of ["funsearch", "map-elites"]) {
    await grow(name, [20_000], signal); // Warm: the code compiled.
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
  let made = 0;
  const next = (): { program: Parent; signature: string } => {
    const id = made++;
    const fitness = random.normal();
    const program: Parent = {
      digest: `program-${id}`,
      source: `function f(x) { return x + ${id}; }`,
      fitness,
      scores: [fitness, random.normal(), random.normal(), random.normal()],
    };
    return { program, signature: `signature-${id}` };
  };
  const founder = next();
  strategy.registerSeed(founder.program, founder.signature);
  const { place } = strategy.select(2, random);
  const rows: DatabaseRow[] = [];
  for (const size of sizes) {
    while (made < size - CHUNK * CHUNKS) {
      const { program, signature } = next();
      // An island each in turn, as a run does it.
      strategy.register(program, signature, { ...place, island: spread(name, made) });
      if (made % 50_000 === 0) {
        signal.throwIfAborted();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const registering = typicalMicroseconds(() => {
      for (const { program, signature } of Array.from({ length: CHUNK }, next)) {
        strategy.register(program, signature, { ...place, island: spread(name, made) });
      }
    });
    const selecting = typicalMicroseconds(() => {
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

/** Islands of the strategy's default. */
function spread(name: string, index: number): number {
  return name === "funsearch" ? index % 4 : 0;
}

/** The median over the chunks: what else the machine does hits some of them. */
function typicalMicroseconds(work: () => void): number {
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

/** The collector of garbage, which a program does not see unless it asks for it. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
