/**
 * A batch: its cells spread over workers, each result on disk before the next cell takes its place.
 * A cell that fails stops nobody; a worker that is lost is replaced and its cells are tried once
 * more.
 */
import type { Cell } from "../manifest/grid.ts";
import type { Journal } from "./journal.ts";
import type { CellWorker } from "./process-worker.ts";
import type { CellRecord } from "./record.ts";
import { failureOf } from "./worker.ts";

export interface RunningCell {
  readonly id: string;
  readonly evaluations: number;
  readonly seconds: number;
  readonly best: number | undefined;
  /** Of its budget, in [0, 1]. */
  readonly share: number;
}

export interface BatchProgress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Not begun, because limits.usd would not have held. */
  readonly skipped: number;
  readonly running: readonly RunningCell[];
  readonly spentUsd: number;
  readonly elapsedSeconds: number;
  /** Undefined until something has ended. */
  readonly leftSeconds: number | undefined;
  /** The cell that has just ended, if one has. */
  readonly ended?: CellRecord;
}

export interface BatchOptions {
  readonly cells: readonly Cell[];
  readonly journal: Journal;
  /** Cells that are done already, and still hold. */
  readonly kept: ReadonlySet<string>;
  /** Whether an earlier process may have begun some of them. */
  readonly again: boolean;
  readonly startWorker: () => CellWorker;
  readonly workers: number;
  /** Cells at once over all workers; at least `workers`. */
  readonly cellsAtOnce: number;
  readonly limitUsd?: number;
  readonly cellSeconds?: number;
  readonly onProgress: (progress: BatchProgress) => void;
}

export interface BatchOutcome {
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A worker may be lost so often before a cell counts as failed. */
const TRIES = 2;

/** @throws the signal's reason; what has ended by then is kept. */
export async function runBatch(options: BatchOptions, signal: AbortSignal): Promise<BatchOutcome> {
  const { cells, journal, kept, startWorker, onProgress } = options;
  const begin = performance.now();
  const queue = cells.filter(({ id }) => !kept.has(id));
  const started = queue.length;
  const running = new Map<string, RunningCell>();
  let done = cells.length - queue.length;
  let failed = 0;
  let skipped = 0;
  let spent = 0;
  let reserved = 0;

  const tell = (ended?: CellRecord): void => {
    const elapsedSeconds = (performance.now() - begin) / 1000;
    const shares = [...running.values()].reduce((sum, { share }) => sum + share, 0);
    const finished = started - queue.length - running.size;
    const part = (finished + shares) / Math.max(1, started);
    const progress = {
      total: cells.length,
      done,
      failed,
      skipped,
      running: [...running.values()],
      spentUsd: spent,
      elapsedSeconds,
      leftSeconds: part > 0.005 ? (elapsedSeconds * (1 - part)) / part : undefined,
    };
    onProgress(ended === undefined ? progress : { ...progress, ended });
  };

  const lane = async (crew: Crew): Promise<void> => {
    for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
      const price = cell.settings?.budgetUsd ?? 0;
      if (spent + reserved + price > (options.limitUsd ?? Number.POSITIVE_INFINITY)) {
        skipped++;
        tell();
        continue;
      }
      reserved += price;
      running.set(cell.id, { id: cell.id, evaluations: 0, seconds: 0, best: undefined, share: 0 });
      tell();
      const record = await attempt(options, crew, cell, signal, (progress) => {
        running.set(cell.id, { ...progress, best: progress.best, share: shareOf(cell, progress) });
        tell();
      });
      reserved -= price;
      running.delete(cell.id);
      signal.throwIfAborted();
      journal.add(record);
      if (record.status === "done") {
        done++;
        spent += record.outcome.cost.usd;
      } else {
        failed++;
      }
      tell(record);
    }
  };

  const size = Math.max(1, Math.min(options.workers, queue.length));
  const crews = Array.from({ length: size }, () => crewOf(startWorker));
  const stop = (): void => crews.forEach((crew) => void crew.close());
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    const lanes = Math.max(size, Math.min(options.cellsAtOnce, queue.length));
    await Promise.all(
      Array.from({ length: lanes }, (_, index) => lane(crews[index % size] as Crew)),
    );
    return { done, failed, skipped };
  } finally {
    signal.removeEventListener("abort", stop);
    await Promise.all(crews.map((crew) => crew.close()));
  }
}

/** One place in the crew: its worker is replaced when it is lost. */
interface Crew {
  worker(): CellWorker;
  lose(worker: CellWorker): void;
  close(): Promise<void>;
}

function crewOf(start: () => CellWorker): Crew {
  let current: CellWorker | undefined;
  return {
    worker() {
      current ??= start();
      return current;
    },
    lose(worker) {
      if (current === worker) current = undefined;
    },
    async close() {
      await current?.close();
    },
  };
}

async function attempt(
  { again, cellSeconds }: BatchOptions,
  crew: Crew,
  cell: Cell,
  signal: AbortSignal,
  onProgress: Parameters<CellWorker["run"]>[1],
): Promise<CellRecord> {
  let failure: unknown;
  for (let tries = 0; tries < TRIES && !signal.aborted; tries++) {
    const worker = crew.worker();
    try {
      const order = { cell, again: again || tries > 0 };
      return await worker.run(
        cellSeconds === undefined ? order : { ...order, seconds: cellSeconds },
        onProgress,
      );
    } catch (error) {
      crew.lose(worker);
      failure = error;
    }
  }
  return failureOf(cell, failure);
}

function shareOf(
  { budget }: Cell,
  { evaluations, seconds }: { readonly evaluations: number; readonly seconds: number },
): number {
  return Math.min(
    1,
    Math.max(
      evaluations / (budget.evaluations ?? Infinity),
      seconds / (budget.seconds ?? Infinity),
    ),
  );
}
