/** Traces: the event stores, the tracer, redaction, the reader. */

export { readRun, type TraceCandidate } from "./read/read.ts";
export { traceStats } from "./read/stats.ts";

export {
  createRedactor,
  type Redactor,
} from "./redact/redact.ts";
export { verifyRun } from "./store/chain.ts";
export { memoryEventStore } from "./store/memory.ts";
export { pruneTraces } from "./store/retention.ts";
export { sqliteEventStore } from "./store/sqlite.ts";
export { openTrace } from "./tracer.ts";
