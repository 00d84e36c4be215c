/**
 * The composition root: with `open-tools.ts` the only place that names drivers. It opens the stores of
 * a home and passes ports to the other folders, which contain the logic. What commands that only read
 * do not need is imported on first use.
 */
import { join } from "node:path";
import { createEvaluator } from "../../evaluators/index.ts";
import { retiringEvery, toolDigest } from "../../toolstore/index.ts";
import { directCalls } from "../call/direct-calls.ts";
import { OWN_FUNCTIONS } from "../call/self-management.ts";
import { systemClock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import type { OpenTrace } from "../core/ports.ts";
import { createManifests } from "../declare/manifests.ts";
import { failpointOf } from "../journal/failpoint.ts";
import { type Memory, openMemory } from "../memory/index.ts";
import { configuredEmbedder } from "../models/embed/embedder.ts";
import { lastingCalls } from "../request/lasting-calls.ts";
import { createRequests } from "../request/requests.ts";
import { createRunRequest } from "../request/run-request.ts";
import { createRedactor, openTrace, pruneTraces, sqliteEventStore } from "../trace/index.ts";
import type { Engine } from "./engine.ts";
import type { Evolve } from "./evolution.ts";
import { observed, prepareHome } from "./home.ts";
import { openTools } from "./open-tools.ts";
import type { openWalks } from "./open-walks.ts";
import type { Replay } from "./replay.ts";
import { configuredSecrets } from "./secrets.ts";

/** @throws ConfigError HOME_NOT_WRITABLE, StoreError */
export function openEngine(config: Config): Engine {
  const { home } = config;
  const environment = process.env;
  const remarks = prepareHome(home);

  const clock = systemClock;
  const now = (): string => new Date(clock.now()).toISOString();
  const newId = (kind: string): string =>
    `${kind}-${clock.now().toString(36)}-${Math.random().toString(36).slice(2, 8).padEnd(6, "0")}`;
  const failpoint = environment.TOOLWRIGHT_FAILPOINT;

  const secrets = configuredSecrets(config, environment);
  const redactor = createRedactor({ environment, secrets });
  const clean = redactor.session().json;
  const tracePath = join(home, "trace.db");
  const events = observed(sqliteEventStore(tracePath, { clock }), config);
  const open: OpenTrace = (run) => openTrace(events, run, redactor);

  const evaluator = createEvaluator();
  const embedder = config.embedder && configuredEmbedder(config.embedder, home, environment);
  const library = openTools({
    config,
    environment,
    clock,
    openTrace: open,
    newId,
    embedder,
    clean,
  });
  const { tools, sandbox, commands, foreign } = library;

  const shared = { config, tools, events, evaluator, clock, sandbox, embedder };
  const evolve: Evolve = async (...asked) => {
    const { createEvolve } = await import("./evolution.ts");
    return createEvolve({ ...shared, openTrace: open, newId })(...asked);
  };
  const replay: Replay = async (...asked) => {
    const { createReplay } = await import("./replay.ts");
    return createReplay(shared, redactor)(...asked);
  };

  let memory: Memory | undefined;
  const remembered = (): Memory => {
    memory ??= openMemory(join(home, "memory.db"), events, { newId: () => newId("pref"), now });
    return memory;
  };

  const walkPorts = {
    ...shared,
    memory: remembered,
    openTrace: open,
    clean,
    evolve,
    bareSandbox: library.bareSandbox,
  };
  // Shared by all attempts, so that equal work of several requests is done once.
  let walks: Promise<ReturnType<typeof openWalks>> | undefined;
  const requests = createRequests({
    home,
    store: events,
    clock,
    clean,
    newId,
    hasModel: config.model !== undefined,
    failpoint,
    async walk(attempt) {
      walks ??= import("./open-walks.ts").then((room) => room.openWalks(walkPorts));
      return (await walks)(manifests.config(), attempt);
    },
    retire: retiringEvery(config.retireEvery, events, { store: tools, openTrace: open, newId }),
  });
  const manifests = createManifests({
    config,
    tools,
    events,
    submit: requests.submit,
    unavailable: commands.unavailable,
    remark: commands.remark,
    digest: toolDigest,
    environment,
    now,
    onWrite: failpointOf(failpoint).after,
    functions: OWN_FUNCTIONS,
  });

  const { approvals } = config;
  const { monotonicMs } = clock;
  const callPorts = { tools, sandbox, approvals, monotonicMs };
  return {
    config,
    remarks,
    tools,
    events,
    evaluator,
    openTrace: open,
    newId,
    foreign,
    sandbox,
    evolve,
    replay,
    request: createRunRequest(requests, config.seed),
    requests,
    directCalls: (title) => directCalls({ ...callPorts, openTrace: open, newId }, title),
    lastingCalls: lastingCalls({ folder: join(home, "calls"), requests, seed: config.seed }),
    manifests,
    memory: remembered,
    async inferPreferences(...asked) {
      const { inferPreferences } = await import("../request/infer-preferences.ts");
      return inferPreferences({ config, memory: remembered(), openTrace: open, newId }, ...asked);
    },
    async close() {
      memory?.close();
      manifests.close();
      await library.close();
      await events.close();
      const { maxDays, maxBytes } = config.traces;
      if (maxDays !== undefined || maxBytes !== undefined) {
        pruneTraces(tracePath, config.traces, { now: clock.now() });
      }
    },
  };
}
