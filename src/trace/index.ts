/** Traces: the event stores, the tracer, redaction, the reader. */
export { benchTrace, type TraceBenchRow } from "./bench.ts";
export { type Verification, verifyRun } from "./chain.ts";
export { type ExportedFile, type ExportResult, exportTraces } from "./export/export.ts";
export { FORMATS, type Format } from "./export/formats.ts";
export type { ExportFilters, ExportOptions } from "./export/options.ts";
export { memoryEventStore } from "./memory-store.ts";
export { runPage } from "./page/page.ts";
export { findEvents, type ModelCall, type RunRecord, readRun } from "./read.ts";
export { createRedactor, type Redaction, type RedactionCounts, type Redactor } from "./redact.ts";
export { type PruneResult, pruneTraces, type Retention } from "./retention.ts";
export { sqliteEventStore } from "./sqlite-store.ts";
export { type TraceStats, traceStats } from "./stats.ts";
export type { Step } from "./steps.ts";
export { type TelemetryOptions, withTelemetry } from "./telemetry.ts";
export { openTrace, type Trace } from "./tracer.ts";
export type { TraceCandidate } from "./vocabulary.ts";
