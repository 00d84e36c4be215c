/**
 * The composition root: the only file that names drivers. It opens the stores of a home, starts a
 * sandbox when the first program is to run, and hands ports to the evolution and to the agent.
 */
import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createEvaluator } from "../evaluators/index.ts";
import { sandboxByName } from "../sandbox/by-name.ts";
import { behaviouralDuplicate } from "../toolstore/behaviour.ts";
import { gate } from "../toolstore/gate.ts";
import { embeddedToolStore, noneBelow, rollBackIfWorse, toolDigest } from "../toolstore/index.ts";
import { afford } from "./agent/affordance.ts";
import { createTool, type GateDecision, type GateFacts } from "./agent/create-tool.ts";
import { callTool } from "./agent/execute.ts";
import { ground } from "./agent/ground.ts";
import { planByRule } from "./agent/plan.ts";
import { type RequestOutcome, runRequest } from "./agent/run-request.ts";
import type { Config, ModelConfig } from "./config.ts";
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
import type { EvolveBudget } from "./evolve/budget.ts";
import { generatorByName } from "./evolve/generators/by-name.ts";
import { readPrompts } from "./evolve/prompts/files.ts";
import { recordedBy, recordedReplies } from "./evolve/resume.ts";
import type { EvolveProgress, EvolveResult } from "./evolve/run.ts";
import { strategyByName } from "./evolve/strategies.ts";
import { tracedEvolve } from "./evolve/traced.ts";
import { createRedactor, openTrace, sqliteEventStore } from "./trace/index.ts";

const OFFLINE_POLISH = 400;

export interface EvolutionOptions {
  readonly seed?: number;
  readonly budget?: EvolveBudget;
  /** Default: everything that works offline, and the model too where one is configured. */
  readonly generator?: string;
  readonly strategy?: string;
  readonly stagnation?: number;
  /** A run of this home with the same seed and configuration: what it paid for is not paid again. */
  readonly resume?: string;
  /** The run that asks for this one. */
  readonly parent?: string;
  readonly onProgress?: (progress: EvolveProgress) => void;
}

export interface RequestOptions {
  readonly task: Task | undefined;
  /** What the tool is to be called with. */
  readonly instances: readonly TaskInstance[];
  readonly seed?: number;
  readonly budget?: EvolveBudget;
  readonly generator?: string;
  readonly onEvent?: (event: NewEvent) => void;
  readonly onProgress?: (progress: EvolveProgress) => void;
}

export interface Engine {
  readonly config: Config;
  readonly tools: ToolStore;
  readonly events: EventStore;
  readonly evaluator: Evaluator;
  /** Started at the first call. */
  sandbox(): Promise<Sandbox>;
  evolve(
    task: Task,
    options: EvolutionOptions,
    signal: AbortSignal,
  ): Promise<{ readonly runId: string; readonly result: EvolveResult }>;
  request(request: Request, options: RequestOptions, signal: AbortSignal): Promise<RequestOutcome>;
  close(): Promise<void>;
}

/** @throws ConfigError HOME_NOT_WRITABLE, StoreError */
export function openEngine(config: Config): Engine {
  prepareHome(config.home);
  const clock = systemClock;
  const redactor = createRedactor({ environment: process.env });
  const events = sqliteEventStore(join(config.home, "trace.db"), { clock });
  const store = embeddedToolStore(join(config.home, "tools.db"), { clock });
  const tools: ToolStore = {
    ...store,
    async recordUse(name, version, use) {
      await store.recordUse(name, version, use);
      // A version that fails significantly more often than the one before it gives way by itself.
      if (!use.succeeded) await rollBackIfWorse(store, name);
    },
  };
  const evaluator = createEvaluator();
  let started: Promise<Sandbox> | undefined;
  const sandbox = (): Promise<Sandbox> => {
    const running = started ?? sandboxByName(config.sandbox, config.workers);
    started = running;
    return running;
  };
  const open: OpenTrace = (run) => openTrace(events, run, redactor);
  const newId = (kind: string): string =>
    `${kind}-${clock.now().toString(36)}-${Math.random().toString(36).slice(2, 8).padEnd(6, "0")}`;

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

  const engine: Engine = {
    config,
    tools,
    events,
    evaluator,
    sandbox,
    async evolve(task, options, signal) {
      const { seed = config.seed, strategy = "funsearch", resume } = options;
      const runId = newId("evo");
      const name = options.generator ?? (config.model === undefined ? "offline" : "ensemble");
      const running = await sandbox();
      const prompts = readPrompts(config.prompts);
      const replies = repliesOf(runId, resume);
      const model = config.model === undefined ? undefined : await modelOf(config.model, replies);
      const result = await tracedEvolve(
        {
          task,
          generator: (onCall) =>
            generatorByName(
              name,
              task,
              model === undefined
                ? undefined
                : {
                    model,
                    temperature: config.model?.temperature ?? 0.8,
                    capabilities: running.capabilities.prompt,
                    prompts,
                    onCall,
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
          config: { generator: name, strategy, seed },
        },
        {
          seed,
          budget: options.budget ?? defaultBudget(config),
          // A model's programs are bought one by one, and rarely get shorter by buying more.
          polish: name === "llm" || name === "ensemble" ? 0 : OFFLINE_POLISH,
          ...(options.stagnation === undefined ? {} : { stagnation: options.stagnation }),
          ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
          ...(resume === undefined
            ? {}
            : {
                recorded: await recordedBy(events, resume, {
                  task: task.name,
                  generator: name,
                  strategy,
                  seed,
                }),
              }),
        },
        signal,
      ).finally(replies.end);
      return { runId, result };
    },
    async request(request, options, signal) {
      const requestId = newId("req");
      const seed = options.seed ?? config.seed;
      return runRequest(
        open,
        requestId,
        request,
        (write) => {
          const trace = async (list: readonly NewEvent[]): Promise<void> => {
            await write(list);
            for (const event of list) options.onEvent?.(event);
          };
          const running = async () => ({ sandbox: await sandbox(), evaluator, tools, trace });
          const evolve = (task: Task) =>
            engine.evolve(task, { ...options, seed, parent: requestId }, signal);
          return {
            ground: (asked) => ground({ tools, trace }, asked, options.task, options.instances),
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
              createTool(
                {
                  ...(await running()),
                  evolve,
                  gate: decide,
                  alike: behaviouralDuplicate,
                  digest: toolDigest,
                  requestId,
                  seed,
                  now: () => new Date(clock.now()).toISOString(),
                },
                goal,
                signal,
              ),
            execute: async (goal, step) =>
              callTool(
                { ...(await running()), monotonicMs: clock.monotonicMs },
                goal,
                step,
                signal,
              ),
          };
        },
        signal,
      );
    },
    async close() {
      await (await started?.catch(() => undefined))?.close();
      await tools.close();
      await events.close();
    },
  };
  return engine;
}

/** The store's gate, its reasons in words. */
function decide(facts: GateFacts): GateDecision {
  const decision = gate(facts);
  if (decision.accepted) return decision;
  return { accepted: false, reasons: decision.reasons.map(({ message }) => message) };
}

/** Loaded when it is used: without a model nobody waits for its client. */
async function modelOf(
  { apiKeyEnv, ...settings }: ModelConfig,
  replies: {
    readonly known: () => Promise<readonly Json[]>;
    readonly keep: (call: Json) => Promise<void>;
  },
): Promise<LanguageModel> {
  const { configuredModel } = await import("./llm/configured.ts");
  return configuredModel({
    ...settings,
    apiKey: () => process.env[apiKeyEnv] ?? "",
    known: await replies.known(),
    keep: replies.keep,
  });
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
