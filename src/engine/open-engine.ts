/**
 * The composition root: with `open-home.ts` and `open-tools.ts` the only place that names drivers. It
 * passes the stores of a home as ports to the other folders, which contain the logic. What many
 * commands do not need is imported on first use.
 */
import { join } from "node:path";
import { retiringEvery, toolDigest } from "../../toolstore/index.ts";
import { directCalls } from "../call/direct-calls.ts";
import { OWN_FUNCTIONS } from "../call/self-management.ts";
import { type Config, modelWaitSeconds } from "../core/config.ts";
import { createManifests } from "../declare/manifests.ts";
import { failpointOf } from "../journal/failpoint.ts";
import { type Memory, openMemory } from "../memory/index.ts";
import { lastingCalls } from "../request/lasting-calls.ts";
import { createRequests } from "../request/requests.ts";
import { createRunRequest } from "../request/run-request.ts";
import type { Engine } from "./engine.ts";
import type { Evolve } from "./evolution.ts";
import { openHome } from "./open-home.ts";
import type { openWalks } from "./open-walks.ts";
import type { Replay } from "./replay.ts";

/** @throws ConfigError HOME_NOT_WRITABLE, StoreError */
export function openEngine(config: Config): Engine {
  const { home: folder } = config;
  const { home, clock, now, redactor, clean, embedder, library } = openHome(config);
  const { tools, events, evaluator, openTrace: open, newId, sandbox } = home;
  const failpoint = process.env.TOOLWRIGHT_FAILPOINT;

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
    memory ??= openMemory(join(folder, "memory.db"), events, { newId: () => newId("pref"), now });
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
    home: folder,
    store: events,
    clock,
    clean,
    newId,
    hasModel: config.model !== undefined,
    modelWaitMs: modelWaitSeconds(config) * 1_000,
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
    unavailable: library.commands.unavailable,
    remark: library.commands.remark,
    digest: toolDigest,
    environment: process.env,
    now,
    onWrite: failpointOf(failpoint).after,
    functions: OWN_FUNCTIONS,
  });

  const { approvals } = config;
  const { monotonicMs } = clock;
  const callPorts = { tools, sandbox, approvals, monotonicMs };
  return {
    ...home,
    evolve,
    replay,
    request: createRunRequest(requests, config.seed),
    requests,
    directCalls: (title) => directCalls({ ...callPorts, openTrace: open, newId }, title),
    lastingCalls: lastingCalls({ folder: join(folder, "calls"), requests, seed: config.seed }),
    manifests,
    memory: remembered,
    async inferPreferences(...asked) {
      const { inferPreferences } = await import("../request/infer-preferences.ts");
      return inferPreferences({ config, memory: remembered(), openTrace: open, newId }, ...asked);
    },
    async close() {
      memory?.close();
      manifests.close();
      await home.close();
    },
  };
}
