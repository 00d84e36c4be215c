/**
 * The composition root: the only file that names drivers. It opens the stores of a home, starts a
 * sandbox when the first program is to run, and hands ports to the evolution and to the agent.
 */
import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createEvaluator, specTask } from "../evaluators/index.ts";
import { configuredSandbox, promptFor } from "../sandbox/configured.ts";
import { gate } from "../toolstore/gate.ts";
import {
  configuredToolStore,
  libraryToolStore,
  linkedSandbox,
  noneBelow,
  resolverOf,
  retiringEvery,
  toolDigest,
  weighTool,
  withUses,
} from "../toolstore/index.ts";
import { afford } from "./agent/affordance.ts";
import { type CreateToolPorts, createTool } from "./agent/create-tool.ts";
import { evolutionStep } from "./agent/evolution-step.ts";
import { callTool } from "./agent/execute.ts";
import { ground } from "./agent/ground.ts";
import { planByRule } from "./agent/plan.ts";
import { readPrompts } from "./agent/prompts/book.ts";
import { fileClaims, singleFlight } from "./agent/single-flight.ts";
import type { Observation } from "./agent/stages.ts";
import { withVariants } from "./agent/variants.ts";
import { type Config, type ModelConfig, modelOfRole } from "./config.ts";
import { systemClock } from "./core/clock.ts";
import { ConfigError } from "./core/errors.ts";
import type { NewEvent } from "./core/event.ts";
import type { Json } from "./core/json.ts";
import type {
  Evaluator,
  EventStore,
  LanguageModel,
  OpenTrace,
  Sandbox,
  ToolStore,
} from "./core/ports.ts";
import type { Request } from "./core/request.ts";
import type { Task, TaskInstance } from "./core/task.ts";
import { programOf } from "./core/tool.ts";
import type { EvolveBudget } from "./evolve/budget.ts";
import { generatorByName } from "./evolve/generators/by-name.ts";
import { EVOLVE_PROMPTS } from "./evolve/prompts/prompts.ts";
import { recordedBy, recordedReplies } from "./evolve/resume.ts";
import type { EvolveProgress, EvolveResult } from "./evolve/run.ts";
import { settingsOf } from "./evolve/settings.ts";
import { strategyByName } from "./evolve/strategies.ts";
import { tracedEvolve } from "./evolve/traced.ts";
import { configuredEmbedder } from "./llm/embedder.ts";
import { type ForeignTools, foreignTools } from "./mcp/foreign.ts";
import { type Memory, openMemory } from "./memory/index.ts";
import { askOf } from "./model-walk/ask-of.ts";
import { type InferOptions, type Inferred, inferFrom } from "./model-walk/preferences.ts";
import { createModelWalk } from "./model-walk/walk.ts";
import { createProgramWalk } from "./program-walk.ts";
import { createRequests, type LifeContext, type Outcome, type Requests } from "./requests.ts";
import {
  createRedactor,
  openTrace,
  pruneTraces,
  sqliteEventStore,
  withTelemetry,
} from "./trace/index.ts";

export interface EvolutionOptions {
  /** Of the new run. Default: one is made up. */
  readonly id?: string;
  readonly seed?: number;
  readonly budget?: EvolveBudget;
  /** Default: everything that works offline, and the model too where one is configured. */
  readonly generator?: string;
  readonly strategy?: string;
  readonly stagnation?: number;
  /** Calls of the model in flight; part of what decides the run. Default: the configuration's. */
  readonly samplers?: number;
  /** A run of this home with the same seed and configuration: what it paid for is not paid again. */
  readonly resume?: string;
  /** The run that asks for this one. */
  readonly parent?: string;
  /** In place of the configured one; null: none. */
  readonly model?: ModelConfig | null;
  readonly onProgress?: (progress: EvolveProgress) => void;
}

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
  evolve(
    task: Task,
    options: EvolutionOptions,
    signal: AbortSignal,
  ): Promise<{ readonly runId: string; readonly result: EvolveResult }>;
  /** Submits a request and carries it on until it ends or waits. */
  request(request: Request, options: RequestOptions, signal: AbortSignal): Promise<Outcome>;
  readonly requests: Requests;
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
  const redactor = createRedactor({ environment: process.env });
  const tracePath = join(config.home, "trace.db");
  const events = observed(sqliteEventStore(tracePath, { clock }), config);
  const store = configuredToolStore(config.store, {
    home: config.home,
    clock,
    environment: process.env,
    embedder: config.embedder && configuredEmbedder(config.embedder, config.home, process.env),
  });
  const evaluator = createEvaluator();
  let started: Promise<Sandbox> | undefined;
  const bareSandbox = (): Promise<Sandbox> => {
    const running = started ?? configuredSandbox(config);
    started = running;
    return running;
  };
  /** Programs may call stored tools, and stored tools may be those of MCP servers. */
  const sandbox = async (): Promise<Sandbox> =>
    foreign.through(linkedSandbox(await bareSandbox(), resolverOf(tools)));
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

  const flights = singleFlight<Observation>();
  const claim = fileClaims(join(config.home, "claims"));
  /** The store's gate, its reasons in words. */
  const judgeForStore: CreateToolPorts["gate"] = async (candidate, options, signal) => {
    const ports = { store: tools, sandbox: await bareSandbox() };
    const facts = await weighTool(ports, candidate, options, signal);
    const decision = gate(facts);
    if (decision.accepted) return decision;
    const [twin] = facts.duplicates ?? [];
    const reasons = decision.reasons.map(({ message }) => message);
    return { ...decision, reasons, ...(twin === undefined ? {} : { twin }) };
  };

  /**
   * A run's model replies stand beside its trace, in a run of their own: they arrive in any order,
   * the trace does not.
   */
  const repliesOf = (runId: string, resumed: string | undefined) => {
    let opened: ReturnType<OpenTrace> | undefined;
    const writer = (): ReturnType<OpenTrace> =>
      open({ id: `${runId}-replies`, kind: "replies", title: "model replies", parent: runId });
    return {
      known: async (): Promise<readonly Json[]> =>
        resumed === undefined ? [] : recordedReplies(events, `${resumed}-replies`),
      async keep(call: Json): Promise<void> {
        opened ??= writer();
        await (await opened).events([{ type: "model-recorded", data: call }]);
      },
      end: async (): Promise<void> => (await opened)?.end("succeeded"),
    };
  };

  /** What makes a tool, for one life of a request. */
  const creation = async (life: LifeContext): Promise<Omit<CreateToolPorts, "ask">> => {
    const { requestId, work, steps, spending, trace, onProgress } = life;
    const { seed, generator } = work;
    return {
      sandbox: await sandbox(),
      evaluator,
      tools,
      trace,
      evolve: (wanted: Task) =>
        evolutionStep(
          {
            steps,
            spending,
            runs: events,
            budget: work.budget ?? defaultBudget(config),
            evolve: (of, run, ended) =>
              engine.evolve(
                of,
                {
                  ...run,
                  seed,
                  parent: requestId,
                  ...(generator === undefined ? {} : { generator }),
                  ...(onProgress === undefined ? {} : { onProgress }),
                },
                ended,
              ),
          },
          wanted,
        ),
      noneBelow,
      gate: judgeForStore,
      flights,
      claim,
      digest: toolDigest,
      requestId,
      seed,
      now: () => new Date(clock.now()).toISOString(),
    };
  };
  /** Where a model is there, a few examples get company. */
  const testers = async (life: LifeContext): Promise<Partial<CreateToolPorts>> => {
    const ask = await askOf(config, life, "tester");
    if (ask === undefined) return {};
    const { trace, work } = life;
    const variants = { ask, trace, taskOf: specTask, testAuthors: 2, seed: work.seed };
    return { ask, variants: (task, words, signal) => withVariants(variants, task, words, signal) };
  };
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
    creation,
  };
  const byModel = createModelWalk(walkPorts);
  const byProgram = createProgramWalk(walkPorts);

  const submitted = createRequests({
    home: config.home,
    store: events,
    clock,
    clean: redactor.session().json,
    newId,
    approvals: config.approvals,
    failpoint: process.env.TOOLWRIGHT_FAILPOINT,
    // Where cases decide, rules plan; words alone need a model.
    walkByModel: (life) =>
      byProgram(life) ??
      (life.task === undefined && config.model !== undefined ? byModel(life) : undefined),
    stagesOf: (life) => {
      const { task, instances, steps, trace } = life;
      const { signal } = steps;
      const running = async () => ({ sandbox: await sandbox(), evaluator, tools, trace });
      return {
        ground: (asked) => ground({ tools, trace }, asked, task, instances),
        afford: async (goal) => afford({ ...(await running()), noneBelow }, goal, signal),
        async plan(goal, affordances, seen) {
          const plan = planByRule(goal, affordances, seen);
          if (plan.kind === "step") {
            const { kind } = plan.step;
            await trace([{ type: "plan-proposed", data: { step: kind, reason: plan.reason } }]);
          }
          return plan;
        },
        createTool: async (goal) =>
          createTool({ ...(await creation(life)), ...(await testers(life)) }, goal, signal),
        execute: async (goal, step) =>
          callTool({ ...(await running()), monotonicMs: clock.monotonicMs }, goal, step, signal),
      };
    },
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
    async evolve(given, options, signal) {
      const task = await withUses(tools, given);
      const { seed = config.seed, strategy = "funsearch", resume } = options;
      const runId = options.id ?? newId("evo");
      const { model: asked } = options;
      const chosen = asked === undefined ? modelOfRole(config, "author") : (asked ?? undefined);
      const name = options.generator ?? (chosen === undefined ? "offline" : "ensemble");
      const running = await sandbox();
      const prompts = EVOLVE_PROMPTS.own(readPrompts(config.prompts));
      const replies = repliesOf(runId, resume);
      const samplers = options.samplers ?? chosen?.samplers ?? 1;
      const settings = settingsOf({
        task,
        generator: name,
        seed,
        model: chosen !== undefined,
        samplers,
        budget: options.budget ?? defaultBudget(config),
        defaultSeconds: config.budgetSeconds,
        ...(options.stagnation === undefined ? {} : { stagnation: options.stagnation }),
      });
      const model =
        chosen === undefined ? undefined : await modelOf(chosen, settings.budget, replies);
      const result = await tracedEvolve(
        {
          task,
          generator: generatorByName(
            name,
            task,
            model === undefined
              ? undefined
              : {
                  model,
                  temperature: chosen?.temperature ?? 0.8,
                  capabilities: promptFor(running.capabilities, task.language),
                  prompts,
                  samplers,
                },
          ),
          strategy: strategyByName(strategy),
          sandbox: running,
          evaluator,
          clock,
          openTrace: open,
        },
        {
          id: runId,
          ...(options.parent === undefined ? {} : { parent: options.parent }),
          config: { generator: name, strategy, seed, ...(model === undefined ? {} : { samplers }) },
        },
        {
          ...settings,
          ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
          ...(resume === undefined
            ? {}
            : {
                recorded: await recordedBy(events, resume, {
                  task: task.name,
                  generator: name,
                  strategy,
                  seed,
                  ...(model === undefined ? {} : { samplers }),
                }),
              }),
        },
        signal,
      ).finally(replies.end);
      return { runId, result };
    },
    requests,
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

/** Made when it is first asked for. */
function lazily<T>(make: () => T): { get(): T; opened(): T | undefined } {
  let made: T | undefined;
  return {
    get() {
      made ??= make();
      return made;
    },
    opened: () => made,
  };
}

/** Loaded when it is used: without a model nobody waits for its client. */
async function modelOf(
  { apiKeyEnv, samplers: _, ...settings }: ModelConfig,
  { tokens, usd }: EvolveBudget,
  replies: {
    readonly known: () => Promise<readonly Json[]>;
    readonly keep: (call: Json) => Promise<void>;
  },
): Promise<LanguageModel> {
  const { configuredModel } = await import("./llm/configured.ts");
  return configuredModel({
    ...settings,
    ...(tokens === undefined ? {} : { budgetTokens: tokens }),
    ...(usd === undefined ? {} : { budgetUsd: usd }),
    apiKey: () => process.env[apiKeyEnv] ?? "",
    known: await replies.known(),
    keep: replies.keep,
  });
}

/** The store as it is, or with a collector that sees its events as spans. */
function observed(store: EventStore, { telemetry }: Config): EventStore {
  if (telemetry === undefined) return store;
  const { endpoint, content, headersEnv } = telemetry;
  const headers = headersEnv === undefined ? undefined : headersOf(process.env[headersEnv] ?? "");
  return withTelemetry(store, { endpoint, content, ...(headers === undefined ? {} : { headers }) });
}

/** `name=value,name=value`, as OpenTelemetry's own variable has it. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair) => pair.split(/=(.*)/s));
  return Object.fromEntries(
    pairs.flatMap(([name = "", value = ""]) =>
      name.trim() === "" ? [] : [[name.trim(), value.trim()]],
    ),
  );
}

function defaultBudget({ budgetSeconds, budgetEvaluations }: Config): EvolveBudget {
  return budgetEvaluations === undefined
    ? { seconds: budgetSeconds }
    : { evaluations: budgetEvaluations };
}

function prepareHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
  } catch (error) {
    throw new ConfigError(
      "HOME_NOT_WRITABLE",
      `Expected a writable folder for state, got ${home} (${(error as Error).message}). ` +
        "Make it writable, or choose another with --home or TOOLWRIGHT_HOME.",
      { cause: error },
    );
  }
}
