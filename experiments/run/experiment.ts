/** Runs a manifest's grid into a folder: valid records are kept, the other cells are run. */
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
  /** Default: the number of workers, or four times as many if cells use models. */
  readonly cellsAtOnce?: number;
  /** @param home The folder of the worker's traces. */
  readonly startWorker: (home: string) => CellWorker;
  readonly onProgress: (progress: BatchProgress) => void;
}

export interface BatchSummary extends BatchOutcome {
  readonly folder: string;
  /** Number of records from an earlier run. */
  readonly kept: number;
  /** In the order of the grid; cells that were not started have none. */
  readonly records: readonly CellRecord[];
}

/** Cells per worker if they use models: most of them wait for a reply. */
const CELLS_PER_WORKER = 4;

/** @throws InputError RESULTS_EXIST, StoreError, or the signal's reason. */
export async function runExperiment(run: BatchRun, signal: AbortSignal): Promise<BatchSummary> {
  const { manifest, cells, folder, resume, workers, startWorker, onProgress } = run;
  const createdAt = new Date().toISOString();
  const batch = { format: 1 as const, createdAt, manifest, cells: [...cells] };
  const journal = await openJournal(folder, batch, { resume });
  try {
    const kept = await validCells(run, journal.records);
    const usesModels = cells.some(({ settings }) => settings !== undefined);
    const { usd, cellSeconds } = manifest.limits;
    const outcome = await runBatch(
      {
        cells,
        journal,
        kept,
        again: resume,
        workers,
        cellsAtOnce: run.cellsAtOnce ?? workers * (usesModels ? CELLS_PER_WORKER : 1),
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

/** Cells whose records are valid: they are done, and their tasks have not changed. */
async function validCells(
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
