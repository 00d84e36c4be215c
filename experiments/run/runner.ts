/**
 * Runs a batch: cells are distributed over workers, and each result is on disk before the next cell
 * starts. A failed cell does not stop the others. A failed worker is replaced, and its cells are run
 * once more.
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
  /** Used share of its budget, in [0, 1]. */
  readonly share: number;
}

export interface BatchProgress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Not started, because they could exceed limits.usd. */
  readonly skipped: number;
  readonly running: readonly RunningCell[];
  readonly spentUsd: number;
  readonly elapsedSeconds: number;
  /** Undefined until there is some progress. */
  readonly leftSeconds: number | undefined;
  /** The cell that has just ended, if one has. */
  readonly ended?: CellRecord;
}

export interface BatchOptions {
  readonly cells: readonly Cell[];
  readonly journal: Journal;
  /** Ids of cells with a valid record. */
  readonly kept: ReadonlySet<string>;
  /** Whether an earlier process may have started some of them. */
  readonly again: boolean;
  readonly startWorker: () => CellWorker;
  readonly workers: number;
  /** Concurrent cells over all workers; at least `workers`. */
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

/** A cell fails after this many failures of its worker. */
const MAX_ATTEMPTS = 2;

/** @throws the signal's reason; the records of ended cells are kept. */
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

  const report = (ended?: CellRecord): void => {
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

  const runCells = async (slot: WorkerSlot): Promise<void> => {
    for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
      const price = cell.settings?.budgetUsd ?? 0;
      if (spent + reserved + price > (options.limitUsd ?? Number.POSITIVE_INFINITY)) {
        skipped++;
        report();
        continue;
      }
      reserved += price;
      running.set(cell.id, { id: cell.id, evaluations: 0, seconds: 0, best: undefined, share: 0 });
      report();
      const record = await runCell(options, slot, cell, signal, (progress) => {
        running.set(cell.id, { ...progress, best: progress.best, share: shareOf(cell, progress) });
        report();
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
      report(record);
    }
  };

  const size = Math.max(1, Math.min(options.workers, queue.length));
  const slots = Array.from({ length: size }, () => workerSlot(startWorker));
  const stop = (): void => slots.forEach((slot) => void slot.close());
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    const concurrency = Math.max(size, Math.min(options.cellsAtOnce, queue.length));
    await Promise.all(
      Array.from({ length: concurrency }, (_, index) =>
        runCells(slots[index % size] as WorkerSlot),
      ),
    );
    return { done, failed, skipped };
  } finally {
    signal.removeEventListener("abort", stop);
    await Promise.all(slots.map((slot) => slot.close()));
  }
}

/** A worker that is replaced when it fails. */
interface WorkerSlot {
  worker(): CellWorker;
  discard(worker: CellWorker): void;
  close(): Promise<void>;
}

function workerSlot(start: () => CellWorker): WorkerSlot {
  let current: CellWorker | undefined;
  return {
    worker() {
      current ??= start();
      return current;
    },
    discard(worker) {
      if (current === worker) current = undefined;
    },
    async close() {
      await current?.close();
    },
  };
}

async function runCell(
  { again, cellSeconds }: BatchOptions,
  slot: WorkerSlot,
  cell: Cell,
  signal: AbortSignal,
  onProgress: Parameters<CellWorker["run"]>[1],
): Promise<CellRecord> {
  let failure: unknown;
  for (let attempt = 0; attempt < MAX_ATTEMPTS && !signal.aborted; attempt++) {
    const worker = slot.worker();
    try {
      const order = { cell, again: again || attempt > 0 };
      return await worker.run(
        cellSeconds === undefined ? order : { ...order, seconds: cellSeconds },
        onProgress,
      );
    } catch (error) {
      slot.discard(worker);
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
