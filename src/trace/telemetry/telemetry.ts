/**
 * OpenTelemetry: sends the trace as spans to a user's collector.
 *
 * The trace is the record; spans are a copy that may be lost. They are built only here, from the events
 * after redaction. The SDK is loaded only if an endpoint is configured, and a slow, faulty or missing
 * collector never delays or fails a run. The user installs the SDK: if it is missing, the first run of
 * a configured home fails before anything is written.
 */
import { createHash } from "node:crypto";
import { optionalPackage } from "../../core/optional-package.ts";
import type { EventStore } from "../../core/ports.ts";
import type { SpanRecorder } from "./spans.ts";

export interface TelemetryOptions {
  /** OTLP over HTTP, e.g. `http://127.0.0.1:4318`; `/v1/traces` is added if missing. */
  readonly endpoint: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether spans contain prompts, replies, arguments and results. */
  readonly content: boolean;
}

/** Maximum number of spans waiting for the collector; more are dropped without waiting. */
const QUEUE = 8_192;
const EXPORT_TIMEOUT_MS = 3_000;
const PACKAGES = [
  "@opentelemetry/api",
  "@opentelemetry/exporter-trace-otlp-http",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace",
];

/** A store that also sends its events as spans. `close` sends the rest, for at most 4 s. */
export function withTelemetry(store: EventStore, options: TelemetryOptions): EventStore {
  let started: Promise<Collector> | undefined;
  const collector = (): Promise<Collector> => {
    started ??= startCollector(options);
    return started;
  };
  const recorder = async (runId: string): Promise<SpanRecorder> => {
    const { spans } = await collector();
    // A run that an earlier process began gets another span for this attempt.
    if (!spans.knows(runId)) spans.begin(await store.run(runId));
    return spans;
  };
  return {
    ...store,
    async begin(run) {
      const { spans } = await collector();
      await store.begin(run);
      spans.begin(run);
    },
    async append(runId, events, appended) {
      const result = await store.append(runId, events, appended);
      if (result === "appended") {
        const spans = await recorder(runId);
        for (const event of events) spans.event(runId, event);
      }
      return result;
    },
    async end(runId, status, ended) {
      const spans = await recorder(runId);
      await store.end(runId, status, ended);
      spans.end(runId, status);
    },
    async suspend(runId, epoch, suspended) {
      const done = await store.suspend(runId, epoch, suspended);
      if (done) {
        const spans = await recorder(runId);
        for (const event of suspended.events ?? []) spans.event(runId, event);
        spans.end(runId, "waiting");
      }
      return done;
    },
    async close() {
      // If the collector could not start, the writer has already got the error.
      await (await started?.catch(() => undefined))?.close();
      await store.close();
    },
  };
}

interface Collector {
  readonly spans: SpanRecorder;
  close(): Promise<void>;
}

async function startCollector({
  endpoint,
  headers,
  content,
}: TelemetryOptions): Promise<Collector> {
  const [sdk, { OTLPTraceExporter }, { resourceFromAttributes }, { spanRecorder }] =
    await optionalPackage("OpenTelemetry (the setting telemetry)", PACKAGES, () =>
      Promise.all([
        import("@opentelemetry/sdk-trace"),
        import("@opentelemetry/exporter-trace-otlp-http"),
        import("@opentelemetry/resources"),
        import("./spans.ts"),
      ]),
    );
  const ids = new sdk.RandomIdGenerator();
  let traceOf: string | undefined;
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ "service.name": "toolwright" }),
    // All attempts at one request form one trace, in any process.
    idGenerator: {
      generateTraceId: () =>
        traceOf === undefined
          ? ids.generateTraceId()
          : createHash("sha256").update(traceOf).digest("hex").slice(0, 32),
      generateSpanId: () => ids.generateSpanId(),
    },
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new OTLPTraceExporter({
          url: tracesUrl(endpoint),
          timeoutMillis: EXPORT_TIMEOUT_MS,
          ...(headers === undefined ? {} : { headers: { ...headers } }),
        }),
        maxQueueSize: QUEUE,
        maxExportBatchSize: 512,
        scheduledDelayMillis: 1_000,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  const spans = spanRecorder(provider.getTracer("toolwright"), {
    content,
    rootedIn(runId, start) {
      traceOf = runId;
      try {
        return start();
      } finally {
        traceOf = undefined;
      }
    },
  });
  return {
    spans,
    async close() {
      spans.close();
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, EXPORT_TIMEOUT_MS + 1_000).unref();
      });
      // Whatever the collector answers: the run is over and its trace is on disk.
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}

function tracesUrl(endpoint: string): string {
  const base = endpoint.replace(/\/+$/, "");
  return base.endsWith("/v1/traces") ? base : `${base}/v1/traces`;
}
