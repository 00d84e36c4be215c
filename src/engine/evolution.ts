/** One evolution run of a home: its generators, settings and trace. */
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
import { present } from "../core/present.ts";
import { type Amounts, EARLIER } from "../core/spending.ts";
import type { Task } from "../core/task.ts";
import { defaultGenerator, generatorByName } from "../evolve/generators/by-name.ts";
import { noveltyBy } from "../evolve/generators/novelty.ts";
import type { EvolveBudget } from "../evolve/loop/budget.ts";
import { recordedBy, recordedCharges, recordedReplies } from "../evolve/loop/resume.ts";
import type { EvolveProgress, EvolveResult } from "../evolve/loop/run.ts";
import { type RunTime, runTime } from "../evolve/loop/run-time.ts";
import { settingsOf } from "../evolve/loop/settings.ts";
import { tracedEvolve } from "../evolve/loop/traced.ts";
import { strategyByName } from "../evolve/population/strategies.ts";
import { EVOLVE_PROMPTS } from "../evolve/prompts/prompts.ts";
import type { Charge } from "../models/spend/lost-calls.ts";
import { untilOutage } from "./until-outage.ts";

export interface EvolutionOptions {
  /** Id of the new run. Default: a generated one. */
  readonly id?: string;
  readonly seed?: number;
  readonly budget?: EvolveBudget;
  /** Default: all offline generators, and the model if one is configured. */
  readonly generator?: string;
  readonly strategy?: string;
  readonly stagnation?: number;
  /** Concurrent model calls; affects the result of the run. Default: from the configuration. */
  readonly samplers?: number;
  /** A run of this home with the same seed and configuration. What it has paid for is reused. */
  readonly resume?: string;
  /** The request that started this run. It waits if the model's server is away, and resumes the run. */
  readonly parent?: string;
  /** Replaces the configured model; null: no model. */
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
  /** If set, models answer only from the resumed run's record, under this name. */
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
   * The model replies of a run are recorded in a separate run: they arrive in any order, while the
   * order of the trace is fixed.
   */
  const repliesOf = (runId: string, resumed: string | undefined) => {
    let opened: ReturnType<OpenTrace> | undefined;
    const writer = (): ReturnType<OpenTrace> =>
      openTrace({ id: `${runId}-replies`, kind: "replies", title: "model replies", parent: runId });
    return {
      known: async (): Promise<readonly RecordedCall[]> =>
        resumed === undefined ? [] : recordedReplies(events, `${resumed}-replies`),
      lost: async (): Promise<Amounts> =>
        resumed === undefined ? {} : recordedCharges(events, `${resumed}-replies`),
      async keep(call: RecordedCall): Promise<void> {
        opened ??= writer();
        await (await opened).events([{ type: "model-recorded", data: call }]);
      },
      async charge({ type, key, amounts }: Charge): Promise<void> {
        opened ??= writer();
        await (await opened).events([{ type, data: { key }, volatile: { amounts } }]);
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
      ...present({ stagnation: options.stagnation }),
    });
    const decisive = {
      generator: name,
      strategy,
      seed,
      ...(chosen === undefined ? {} : { samplers, novelty: config.novelty ?? null }),
    };
    const recorded =
      resume === undefined
        ? undefined
        : await recordedBy(events, resume, { task: task.name, ...decisive });
    const time = runTime(settings.budget.seconds, clock, recorded?.seconds);
    const asks =
      chosen === undefined
        ? undefined
        : replayed === undefined
          ? await modelOf(chosen, settings.budget, time, replies)
          : await recordedModel(await replies.known(), replayed);
    const outage =
      asks === undefined || options.parent === undefined ? undefined : untilOutage(asks);
    const model = outage?.model ?? asks;
    const novelty = model === undefined ? undefined : noveltyBy(embedder, config.novelty);
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
                ...present({ novelty }),
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
        ...present({ parent: options.parent }),
        config: decisive,
      },
      {
        ...settings,
        time,
        ...present({ onProgress: options.onProgress, recorded }),
      },
      outage === undefined ? signal : AbortSignal.any([signal, outage.signal]),
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

/** Imported on first use, so that runs without a model do not load the client. */
async function modelOf(
  { samplers: _, ...settings }: ModelConfig,
  { tokens, usd, calls }: EvolveBudget,
  { begin, leftMs }: RunTime,
  replies: {
    readonly known: () => Promise<readonly RecordedCall[]>;
    readonly lost: () => Promise<Amounts>;
    readonly keep: (call: RecordedCall) => Promise<void>;
    readonly charge: (charge: Charge) => Promise<void>;
  },
): Promise<LanguageModel> {
  const { configuredModel } = await import("../models/configured.ts");
  const lost = await replies.lost();
  // This run may be the one that is resumed next.
  if (lost.calls) await replies.charge({ type: "budget-settled", key: EARLIER, amounts: lost });
  return configuredModel({
    ...settings,
    ...present({ budgetTokens: tokens, budgetUsd: usd, budgetCalls: calls }),
    apiKey: () => process.env[settings.apiKeyEnv] ?? "",
    known: await replies.known(),
    keep: replies.keep,
    lost,
    charge: replies.charge,
    onAsk: begin,
    leftMs,
  });
}
