/**
 * The stores of a home and a sandbox for its tools: enough for commands that read. It is separate from
 * the engine because a short command spends most of its time on loading files.
 */
import { join } from "node:path";
import { createEvaluator } from "../../evaluators/evaluator.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import type { Json } from "../core/json.ts";
import type { Embedder, OpenTrace } from "../core/ports.ts";
import { configuredEmbedder } from "../models/embed/embedder.ts";
import { createRedactor, type Redactor } from "../trace/redact/redact.ts";
import { pruneTraces } from "../trace/store/retention.ts";
import { sqliteEventStore } from "../trace/store/sqlite.ts";
import type { Home } from "./engine.ts";
import { observed, prepareHome } from "./home.ts";
import { type OpenTools, openTools } from "./open-tools.ts";
import { configuredSecrets } from "./secrets.ts";

/** A home and the parts of it that an engine builds on. */
export interface OpenHome {
  readonly home: Home;
  readonly clock: Clock;
  /** ISO 8601. */
  readonly now: () => string;
  readonly redactor: Redactor;
  /** Redacts secrets. */
  readonly clean: (value: Json) => Json;
  readonly embedder: Embedder | undefined;
  readonly library: OpenTools;
}

/** @throws ConfigError HOME_NOT_WRITABLE, StoreError */
export function openHome(config: Config): OpenHome {
  const environment = process.env;
  const remarks = prepareHome(config.home);
  const clock = systemClock;
  const newId = (kind: string): string =>
    `${kind}-${clock.now().toString(36)}-${Math.random().toString(36).slice(2, 8).padEnd(6, "0")}`;

  const secrets = configuredSecrets(config, environment);
  const redactor = createRedactor({ environment, secrets });
  const clean = redactor.session().json;
  const tracePath = join(config.home, "trace.db");
  const events = observed(sqliteEventStore(tracePath, { clock }), config);
  const open: OpenTrace = async (run) => {
    const { openTrace } = await import("../trace/tracer.ts");
    return openTrace(events, run, redactor);
  };

  const embedder = config.embedder && configuredEmbedder(config.embedder, config.home, environment);
  const library = openTools({
    config,
    environment,
    clock,
    openTrace: open,
    newId,
    embedder,
    clean,
  });
  const home: Home = {
    config,
    remarks,
    tools: library.tools,
    events,
    evaluator: createEvaluator(),
    openTrace: open,
    newId,
    foreign: library.foreign,
    sandbox: library.sandbox,
    async close() {
      await library.close();
      await events.close();
      const { maxDays, maxBytes } = config.traces;
      if (maxDays !== undefined || maxBytes !== undefined) {
        pruneTraces(tracePath, config.traces, { now: clock.now() });
      }
    },
  };
  const now = (): string => new Date(clock.now()).toISOString();
  return { home, clock, now, redactor, clean, embedder, library };
}
