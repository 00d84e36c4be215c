/** Traces: the event stores, the tracer, redaction, the reader. */

export { type ModelCall, type RunRecord, readRun, type TraceCandidate } from "./read/read.ts";
export { type TraceStats, traceStats } from "./read/stats.ts";
export type { Step } from "./read/steps.ts";
export {
  createRedactor,
  type Redaction,
  type RedactionCounts,
  type Redactor,
} from "./redact/redact.ts";
export { type Verification, verifyRun } from "./store/chain.ts";
export { memoryEventStore } from "./store/memory.ts";
export { type PruneResult, pruneTraces, type Retention } from "./store/retention.ts";
export { sqliteEventStore } from "./store/sqlite.ts";
export { type TelemetryOptions, withTelemetry } from "./telemetry/telemetry.ts";
export { openTrace, type Trace } from "./tracer.ts";
