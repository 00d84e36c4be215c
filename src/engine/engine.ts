/**
 * The composition root: the only file that names drivers. It opens the stores of a home, starts a
 * sandbox when the first program is to run, and hands ports to the evolution and to the agent.
 */
import { join } from "node:path";
import { createEvaluator } from "../../evaluators/index.ts";
import { commandRunner } from "../../sandbox/commands/run.ts";
import { configuredSandbox } from "../../sandbox/configured.ts";
import {
  configuredToolStore,
  libraryToolStore,
  linkedSandbox,
  resolverOf,
  retiringEvery,
  toolDigest,
} from "../../toolstore/index.ts";
import { type DirectCalls, directCalls } from "../call/direct-calls.ts";
import { OWN_FUNCTIONS } from "../call/self-management.ts";
import { systemClock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import type { NewEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { Evaluator, EventStore, OpenTrace, Sandbox, ToolStore } from "../core/ports.ts";
import type { Request } from "../core/request.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import { programOf } from "../core/tool.ts";
import { createManifests, type Manifests } from "../declare/manifests.ts";
import type { EvolveBudget } from "../evolve/loop/budget.ts";
import type { EvolveProgress } from "../evolve/loop/run.ts";
import { failpointOf } from "../journal/failpoint.ts";
import { type ForeignTools, foreignTools } from "../mcp/foreign.ts";
import { type Memory, openMemory } from "../memory/index.ts";
import { configuredEmbedder } from "../models/embed/embedder.ts";
import { type LastingCalls, lastingCalls } from "../request/lasting-calls.ts";
import { type InferOptions, type Inferred, inferFrom } from "../request/preferences.ts";
import { createRequests, type Outcome, type Requests } from "../request/requests.ts";
import { createAgentWalk } from "../request/walk-agent.ts";
import { createCallWalk } from "../request/walk-call.ts";
import { createProgramWalk } from "../request/walk-program.ts";
import { createRedactor, openTrace, pruneTraces, sqliteEventStore } from "../trace/index.ts";
import { createEvolve, type EvolutionOptions, type Evolve } from "./evolution.ts";
import { observed, prepareHome } from "./home.ts";
import { lazily, ofLatest } from "./kept.ts";
import { createModelWalk } from "../request/equip-model.ts";
import { createReplay, type Replay } from "./replay.ts";
import { createRuleWalk } from "../request/make-tool.ts";
import { configuredSecrets } from "./secrets.ts";

export type { EvolutionOptions };

export interface RequestOptions {
  readonly task: Task | undefined;
  /** What the tool is to be called with. */
  readonly instances: readonly TaskInstance[];
  /** Where the task comes from, for a process that carries the request on after this one. */
  readonly source?: Json;
  readonly seed?: number;
  readonly budget?: EvolveBudget;
  readonly generator?: string;
  readonly onEvent?: (event: NewEvent) => void;
  /** Pieces of what the planner's model says, as they come. */
  readonly onText?: (text: string) => void;
  readonly onProgress?: (progress: EvolveProgress) => void;
}

export interface Engine {
  readonly config: Config;
  readonly tools: ToolStore;
  readonly events: EventStore;
  readonly evaluator: Evaluator;
  /** Begins a run of this home; secrets are taken out of what is written. */
  readonly openTrace: OpenTrace;
  /** A new run's id. */
  readonly newId: (kind: string) => string;
  /** Tools of configured MCP servers. */
  readonly foreign: Pick<ForeignTools, "sync">;
  /** Started at the first call. Programs may call stored tools. */
  sandbox(): Promise<Sandbox>;
  readonly evolve: Evolve;
  /** Does an evolution run again out of its trace, and compares. */
  readonly replay: Replay;
  /** Submits a request and carries it on until it ends or waits. */
  request(request: Request, options: RequestOptions, signal: AbortSignal): Promise<Outcome>;
  readonly requests: Requests;
  /** Calls that no request makes. `title` is what their run is called in the trace. */
  directCalls(title: string): DirectCalls;
  /** Calls that wait longer than whoever made them. */
  readonly lastingCalls: LastingCalls;
  /** Objects that a user declares. */
  readonly manifests: Manifests;
  /** What the home remembers of people and of how requests ended. Opened at the first call. */
  memory(): Memory;
  /** Asks the model what a person's finished requests say of their lasting wishes. */
  inferPreferences(
    user: string,
    options: InferOptions,
    signal: AbortSignal,
  ): Promise<readonly Inferred[]>;
  close(): Promise<void>;
}

/** @throws ConfigError HOME_NOT_WRITABLE, StoreError */
export function openEngine(config: Config): Engine {
  prepareHome(config.home);
  const clock = systemClock;
  const secrets = configuredSecrets(config, process.env);
  const redactor = createRedactor({ environment: process.env, secrets });
  const tracePath = join(config.home, "trace.db");
  const events = observed(sqliteEventStore(tracePath, { clock }), config);
  const embedder = config.embedder && configuredEmbedder(config.embedder, config.home, process.env);
  const store = configuredToolStore(config.store, {
    home: config.home,
    clock,
    environment: process.env,
    embedder,
  });
  const evaluator = createEvaluator();
  let started: Promise<Sandbox> | undefined;
  const bareSandbox = (): Promise<Sandbox> => {
    const running = started ?? configuredSandbox(config);
    started = running;
    return running;
  };
  /** Programs may call stored tools, and stored tools may be those of MCP servers, or commands. */
  const sandbox = async (): Promise<Sandbox> =>
    commands.through(foreign.through(linkedSandbox(await bareSandbox(), resolverOf(tools))));
  const commands = commandRunner({
    configured: bareSandbox,
    pythonIsNamed: config.sandboxes.python !== undefined,
    workers: config.workers,
    environment: process.env,
  });
  const open: OpenTrace = (run) => openTrace(events, run, redactor);
  const newId = (kind: string): string =>
    `${kind}-${clock.now().toString(36)}-${Math.random().toString(36).slice(2, 8).padEnd(6, "0")}`;
  const library = libraryToolStore({
    store,
    openTrace: open,
    newId,
    run: async (tool, inputs) =>
      (await sandbox()).run(
        { program: programOf(tool), inputs, limits: tool.limits, seed: 0 },
        new AbortController().signal,
      ),
  });
  const foreign = foreignTools(config.mcpServers, {
    store: library,
    digest: toolDigest,
    environment: process.env,
    now: () => new Date(clock.now()).toISOString(),
  });
  const tools = foreign.over(library);

  const shared = { config, tools, events, evaluator, clock, sandbox, embedder };
  const evolve = createEvolve({ ...shared, openTrace: open, newId });
  const replay = createReplay(shared, redactor);
  const ruled = createRuleWalk({
    ...shared,
    evolve,
    bareSandbox,
    claims: join(config.home, "claims"),
  });
  const remembered = lazily(() =>
    openMemory(join(config.home, "memory.db"), events, {
      newId: () => newId("pref"),
      now: () => new Date(clock.now()).toISOString(),
    }),
  );
  const walkPorts = {
    config,
    tools,
    events,
    memory: remembered.get,
    sandbox,
    openTrace: open,
    clock,
    clean: redactor.session().json,
    creation: ruled.creation,
  };
  const manifests = createManifests({
    config,
    tools,
    events,
    requests: () => requests,
    unavailable: commands.unavailable,
    remark: commands.remark,
    digest: toolDigest,
    environment: process.env,
    now: () => new Date(clock.now()).toISOString(),
    onWrite: failpointOf(process.env.TOOLWRIGHT_FAILPOINT).after,
    functions: OWN_FUNCTIONS,
  });
  const walks = ofLatest(manifests.config, (latest) => ({
    byModel: createModelWalk({ ...walkPorts, config: latest }),
    byAgent: createAgentWalk({ ...walkPorts, config: latest }),
  }));
  const byProgram = createProgramWalk(walkPorts);
  const byCall = createCallWalk(walkPorts);

  const submitted = createRequests({
    home: config.home,
    store: events,
    clock,
    clean: redactor.session().json,
    newId,
    hasModel: () => manifests.config().model !== undefined,
    failpoint: process.env.TOOLWRIGHT_FAILPOINT,
    // Where cases decide, rules plan; words alone need a model.
    walkByModel: (life) =>
      byProgram(life) ??
      byCall(life) ??
      walks().byAgent(life) ??
      (life.task === undefined && config.model !== undefined ? walks().byModel(life) : undefined),
    stagesOf: ruled.stagesOf,
  });

  const retire = retiringEvery(config.retireEvery, events, {
    store: tools,
    openTrace: open,
    newId,
  });
  const requests: Requests = {
    ...submitted,
    async live(...life) {
      const outcome = await submitted.live(...life);
      if (outcome.solution !== undefined) await retire(clock.now());
      return outcome;
    },
  };

  const engine: Engine = {
    config,
    tools,
    events,
    evaluator,
    openTrace: open,
    newId,
    foreign,
    sandbox,
    evolve,
    replay,
    requests,
    directCalls: (title) =>
      directCalls(
        {
          tools,
          sandbox,
          approvals: config.approvals,
          monotonicMs: clock.monotonicMs,
          openTrace: open,
          newId,
        },
        title,
      ),
    lastingCalls: lastingCalls({ folder: join(config.home, "calls"), requests, seed: config.seed }),
    manifests,
    memory: remembered.get,
    inferPreferences: (user, options, signal) =>
      inferFrom(
        { config, memory: remembered.get(), openTrace: open, newId },
        user,
        options,
        signal,
      ),
    async request(request, options, signal) {
      const { task, instances, seed = config.seed, budget, generator } = options;
      // A task that this program alone has: no other process takes it for a request without one.
      const { source = task === undefined ? null : { program: task.name } } = options;
      const id = await requests.submit(request, {
        source,
        seed,
        ...(budget === undefined ? {} : { budget }),
        ...(generator === undefined ? {} : { generator }),
      });
      const prepare = async () => ({ task, instances });
      return requests.live(id, { ...options, prepare }, signal);
    },
    async close() {
      await foreign.close();
      remembered.opened()?.close();
      manifests.close();
      await commands.close();
      await (await started?.catch(() => undefined))?.close();
      await tools.close();
      await events.close();
      const { maxDays, maxBytes } = config.traces;
      if (maxDays !== undefined || maxBytes !== undefined) {
        pruneTraces(tracePath, config.traces, { now: clock.now() });
      }
    },
  };
  return engine;
}
