/** One evolution run of a home: who proposes, what decides, and where it is written down. */
import { promptFor } from "../../sandbox/configured.ts";
import { withUses } from "../../toolstore/index.ts";
import { readPrompts } from "../ask/prompts/book.ts";
import type { Clock } from "../core/clock.ts";
import { type Config, type ModelConfig, modelOfRole, toolBudget } from "../core/config.ts";
import type { RecordedCall } from "../core/events/model.ts";
import type {
  Embedder,
  Evaluator,
  EventStore,
  LanguageModel,
  OpenTrace,
  Sandbox,
  ToolStore,
} from "../core/ports.ts";
import type { Task } from "../core/task.ts";
import { defaultGenerator, generatorByName } from "../evolve/generators/by-name.ts";
import { noveltyBy } from "../evolve/generators/novelty.ts";
import type { EvolveBudget } from "../evolve/loop/budget.ts";
import { recordedBy, recordedReplies } from "../evolve/loop/resume.ts";
import type { EvolveProgress, EvolveResult } from "../evolve/loop/run.ts";
import { settingsOf } from "../evolve/loop/settings.ts";
import { tracedEvolve } from "../evolve/loop/traced.ts";
import { strategyByName } from "../evolve/population/strategies.ts";
import { EVOLVE_PROMPTS } from "../evolve/prompts/prompts.ts";

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

export type Evolve = (
  task: Task,
  options: EvolutionOptions,
  signal: AbortSignal,
) => Promise<{ readonly runId: string; readonly result: EvolveResult }>;

export interface EvolutionPorts {
  readonly config: Config;
  readonly tools: ToolStore;
  readonly events: EventStore;
  readonly evaluator: Evaluator;
  readonly clock: Clock;
  readonly openTrace: OpenTrace;
  readonly newId: (kind: string) => string;
  readonly embedder: Embedder | undefined;
  sandbox(): Promise<Sandbox>;
  /** There: models answer out of the resumed run's record alone, under this name. */
  readonly replayed?: { readonly model: string; readonly terms: string };
}

export function createEvolve({
  config,
  tools,
  events,
  evaluator,
  clock,
  openTrace,
  newId,
  embedder,
  sandbox,
  replayed,
}: EvolutionPorts): Evolve {
  /**
   * A run's model replies stand beside its trace, in a run of their own: they arrive in any order,
   * the trace does not.
   */
  const repliesOf = (runId: string, resumed: string | undefined) => {
    let opened: ReturnType<OpenTrace> | undefined;
    const writer = (): ReturnType<OpenTrace> =>
      openTrace({ id: `${runId}-replies`, kind: "replies", title: "model replies", parent: runId });
    return {
      known: async (): Promise<readonly RecordedCall[]> =>
        resumed === undefined ? [] : recordedReplies(events, `${resumed}-replies`),
      async keep(call: RecordedCall): Promise<void> {
        opened ??= writer();
        await (await opened).events([{ type: "model-recorded", data: call }]);
      },
      end: async (): Promise<void> => (await opened)?.end("succeeded"),
    };
  };

  return async (given, options, signal) => {
    const task = await withUses(tools, given);
    const { seed = config.seed, strategy = "funsearch", resume } = options;
    const runId = options.id ?? newId("evo");
    const { model: asked } = options;
    const chosen = asked === undefined ? modelOfRole(config, "author") : (asked ?? undefined);
    const name = options.generator ?? defaultGenerator(chosen !== undefined);
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
      budget: options.budget ?? toolBudget(config),
      defaultSeconds: config.budgetSeconds,
      ...(options.stagnation === undefined ? {} : { stagnation: options.stagnation }),
    });
    const model =
      chosen === undefined
        ? undefined
        : replayed === undefined
          ? await modelOf(chosen, settings.budget, replies)
          : await recordedModel(await replies.known(), replayed);
    const novelty = model === undefined ? undefined : noveltyBy(embedder, config.novelty);
    const decisive = {
      generator: name,
      strategy,
      seed,
      ...(model === undefined ? {} : { samplers, novelty: config.novelty ?? null }),
    };
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
                ...(novelty === undefined ? {} : { novelty }),
              },
        ),
        strategy: strategyByName(strategy),
        sandbox: running,
        evaluator,
        clock,
        openTrace,
      },
      {
        id: runId,
        ...(options.parent === undefined ? {} : { parent: options.parent }),
        config: decisive,
      },
      {
        ...settings,
        ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
        ...(resume === undefined
          ? {}
          : {
              recorded: await recordedBy(events, resume, { task: task.name, ...decisive }),
            }),
      },
      signal,
    ).finally(replies.end);
    return { runId, result };
  };
}

async function recordedModel(
  known: readonly RecordedCall[],
  { model, terms }: { readonly model: string; readonly terms: string },
): Promise<LanguageModel> {
  const { replayModel } = await import("../models/replay.ts");
  return replayModel(known, { id: model, terms });
}

/** Loaded when it is used: without a model nobody waits for its client. */
async function modelOf(
  { samplers: _, ...settings }: ModelConfig,
  { tokens, usd, calls }: EvolveBudget,
  replies: {
    readonly known: () => Promise<readonly RecordedCall[]>;
    readonly keep: (call: RecordedCall) => Promise<void>;
  },
): Promise<LanguageModel> {
  const { configuredModel } = await import("../models/configured.ts");
  return configuredModel({
    ...settings,
    ...(tokens === undefined ? {} : { budgetTokens: tokens }),
    ...(usd === undefined ? {} : { budgetUsd: usd }),
    ...(calls === undefined ? {} : { budgetCalls: calls }),
    apiKey: () => process.env[settings.apiKeyEnv] ?? "",
    known: await replies.known(),
    keep: replies.keep,
  });
}
