/** Experiments: manifests, their grids, the runner and the report. */
export type { NamedJob } from "./jobs/job.ts";
export { jobs } from "./jobs/suite.ts";
export { estimateGrid, type GridEstimate } from "./manifest/estimate.ts";
export { type Cell, gridOf, type Workbench } from "./manifest/grid.ts";
export { readManifest } from "./manifest/read.ts";
export { reportData } from "./report/data.ts";
export { type QualityRow, qualityRows } from "./report/quality.ts";
export { type BatchRun, runExperiment } from "./run/experiment.ts";
export { readBatch } from "./run/journal.ts";
export { processWorker } from "./run/process-worker.ts";
export { duration, progressDocument, progressView } from "./run/progress.ts";
export type { BatchProgress } from "./run/runner.ts";
export type { Stream } from "./run/stream.ts";
export { serveCells } from "./run/worker.ts";
