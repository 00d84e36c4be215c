/** A manifest's grid, run into a folder: what is done and still holds is kept, the rest is run. */
import type { Cell, Workbench } from "../manifest/grid.ts";
import type { Manifest } from "../manifest/schema.ts";
import { taskDigest } from "./cell.ts";
import { openJournal } from "./journal.ts";
import type { CellWorker } from "./process-worker.ts";
import { progressDocument } from "./progress.ts";
import type { CellRecord } from "./record.ts";
import { type BatchOutcome, type BatchProgress, runBatch } from "./runner.ts";
import { type Stream, streamDigest } from "./stream.ts";

export interface BatchRun {
  readonly manifest: Manifest;
  readonly cells: readonly Cell[];
  readonly folder: string;
  readonly bench: Workbench;
  readonly loadStream: (name: string) => Promise<Stream>;
  readonly resume: boolean;
  readonly workers: number;
  /** Default: as many as there are workers, four times as many where models are asked. */
  readonly cellsAtOnce?: number;
  /** @param home Where the worker's traces go. */
  readonly startWorker: (home: string) => CellWorker;
  readonly onProgress: (progress: BatchProgress) => void;
}

export interface BatchSummary extends BatchOutcome {
  readonly folder: string;
  /** Taken over from an earlier run. */
  readonly kept: number;
  /** In the order of the grid; cells that were not begun have none. */
  readonly records: readonly CellRecord[];
}

const WAITING_CELLS = 4;

/** @throws InputError RESULTS_EXIST, StoreError, or the signal's reason. */
export async function runExperiment(run: BatchRun, signal: AbortSignal): Promise<BatchSummary> {
  const { manifest, cells, folder, resume, workers, startWorker, onProgress } = run;
  const createdAt = new Date().toISOString();
  const batch = { format: 1 as const, createdAt, manifest, cells: [...cells] };
  const journal = await openJournal(folder, batch, { resume });
  try {
    const kept = await stillHolding(run, journal.records);
    const asks = cells.some(({ settings }) => settings !== undefined);
    const { usd, cellSeconds } = manifest.limits;
    const outcome = await runBatch(
      {
        cells,
        journal,
        kept,
        again: resume,
        workers,
        cellsAtOnce: run.cellsAtOnce ?? workers * (asks ? WAITING_CELLS : 1),
        startWorker: () => startWorker(journal.home),
        ...(usd === undefined ? {} : { limitUsd: usd }),
        ...(cellSeconds === undefined ? {} : { cellSeconds }),
        onProgress(progress) {
          if (progress.ended !== undefined) journal.progress(progressDocument(progress));
          onProgress(progress);
        },
      },
      signal,
    );
    const records = cells.flatMap(({ id }) => journal.records.get(id) ?? []);
    return { ...outcome, folder, kept: kept.size, records };
  } finally {
    journal.close();
  }
}

/** A cell counts as done as long as its task is what it was. */
async function stillHolding(
  { cells, bench, loadStream }: BatchRun,
  records: ReadonlyMap<string, CellRecord>,
): Promise<ReadonlySet<string>> {
  const kept = new Set<string>();
  const digests = new Map<string, string>();
  for (const cell of cells) {
    const record = records.get(cell.id);
    if (record?.status !== "done") continue;
    const key = `${cell.seed} ${cell.task}`;
    const digest =
      digests.get(key) ??
      (cell.kind === "stream"
        ? streamDigest(await loadStream(cell.task))
        : taskDigest(await bench.loadTask(cell.task, "/"), cell.seed));
    digests.set(key, digest);
    if (record.taskDigest === digest) kept.add(cell.id);
  }
  return kept;
}
