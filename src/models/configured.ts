/**
 * A model as a user configures it: its dialect, within a budget, every reply recorded before it is
 * used. What an earlier run has paid for is answered out of the record.
 */
import { driverName, type ModelConfig } from "../core/config.ts";
import type { RecordedCall } from "../core/events/model.ts";
import type { LanguageModel } from "../core/ports.ts";
import { anthropicModel } from "./anthropic/anthropic.ts";
import type { StreamingModel } from "./calling/streaming.ts";
import { LOCAL_CONTEXT_TOKENS, LOCAL_PRICE, localModel } from "./local/local.ts";
import type { Field } from "./openai/fields.ts";
import { openaiModel } from "./openai/openai.ts";
import { continuingModel, recordingModel } from "./replay.ts";
import { type BudgetedOptions, budgetedModel } from "./spend/budgeted.ts";
import { budgetLedger, type Spending } from "./spend/ledger.ts";
import { type Charge, notingLostCalls } from "./spend/lost-calls.ts";
import { listPrice } from "./spend/prices.ts";

/** What the configuration says of a model. */
export type DriverSettings = Pick<ModelConfig, "provider" | "model"> &
  Partial<Omit<ModelConfig, "provider" | "model" | "samplers">> & {
    readonly apiKey: () => string;
    /** Milliseconds until replies are of no use any more. Default: they always are. */
    readonly leftMs?: () => number;
  };

export type ModelSettings = DriverSettings & {
  readonly budgetCalls?: number;
  /** Calls of an earlier run, as `keep` got them. */
  readonly known: readonly RecordedCall[];
  /** Durable when it resolves; the reply is used after that. */
  readonly keep: (call: RecordedCall) => Promise<void>;
  /** What calls without a reply have cost an earlier run. Default: nothing. */
  readonly lost?: Spending;
  /** Durable when it resolves. Default: such calls count in this run alone. */
  readonly charge?: (charge: Charge) => Promise<void>;
  /** Called before each call that is not known. */
  readonly onAsk?: () => void;
};

export const HOSTS = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
} as const;

/** The dialect's driver, and what a budget has to know of its model. */
export function driverOf(
  settings: DriverSettings,
  onFieldDropped: (field: Field) => void = () => {},
): {
  readonly driver: StreamingModel;
  readonly bounds: BudgetedOptions;
} {
  const { model, baseUrl, apiKey, maxTokens, contextTokens } = settings;
  const driver = driverName(settings);
  if (driver === "local") return local(settings);
  const price = settings.price ?? listPrice(baseUrl ?? HOSTS[driver], model);
  const common = {
    model,
    apiKey,
    ...present(settings, [
      "baseUrl",
      "apiKeyEnv",
      "terms",
      "maxConcurrent",
      "requestsPerMinute",
      "maxRetries",
      "extraBody",
      "price",
      "leftMs",
    ]),
    ...milliseconds("timeoutMs", settings.timeoutSeconds),
    ...milliseconds("silenceMs", settings.silenceSeconds),
  };
  const called =
    driver === "anthropic"
      ? anthropicModel(common)
      : openaiModel({
          ...common,
          onFieldDropped,
          ...present(settings, ["api", "tools", "structuredOutput"]),
        });
  const bounds = {
    ...(price === undefined ? {} : { price }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
  };
  return { driver: called, bounds };
}

/** Size of a model's context; undefined if it is not known. */
export function contextTokensOf(
  settings: Pick<DriverSettings, "driver" | "provider" | "contextTokens">,
): number | undefined {
  const usual = driverName(settings) === "local" ? LOCAL_CONTEXT_TOKENS : undefined;
  return settings.contextTokens ?? usual;
}

function local(settings: DriverSettings): ReturnType<typeof driverOf> {
  const { path = "", model, maxTokens, contextTokens = LOCAL_CONTEXT_TOKENS } = settings;
  const price = settings.price ?? LOCAL_PRICE;
  const driver = localModel({
    path,
    contextTokens,
    price,
    ...(model === "" ? {} : { name: model }),
    ...present(settings, [
      "terms",
      "maxTokens",
      "memoryMiB",
      "maxRetries",
      "requestsPerMinute",
      "leftMs",
    ]),
    ...milliseconds("timeoutMs", settings.timeoutSeconds),
    ...milliseconds("silenceMs", settings.silenceSeconds),
  });
  return {
    driver,
    bounds: { price, contextTokens, ...(maxTokens === undefined ? {} : { maxTokens }) },
  };
}

/** The named settings that are there. */
function present<Name extends keyof DriverSettings>(
  settings: DriverSettings,
  names: readonly Name[],
): Pick<DriverSettings, Name> {
  const there = names.filter((name) => settings[name] !== undefined);
  return Object.fromEntries(there.map((name) => [name, settings[name]])) as Pick<
    DriverSettings,
    Name
  >;
}

function milliseconds<Name extends string>(
  name: Name,
  seconds: number | undefined,
): { readonly [key in Name]?: number } {
  return (seconds === undefined ? {} : { [name]: seconds * 1_000 }) as { [key in Name]?: number };
}

/** @throws ConfigError UNKNOWN_PRICE for a budget in dollars without a known price. */
export function configuredModel(settings: ModelSettings): LanguageModel {
  const { budgetTokens, budgetUsd, budgetCalls } = settings;
  const { driver, bounds } = driverOf(settings);
  const ledger = budgetLedger(
    {
      ...(budgetTokens === undefined ? {} : { tokens: budgetTokens }),
      ...(budgetUsd === undefined ? {} : { usd: budgetUsd }),
      ...(budgetCalls === undefined ? {} : { calls: budgetCalls }),
    },
    settings.lost,
  );
  // What an earlier run has paid for is entered again as it comes up: a budget holds over all attempts
  // of a run, and refuses the same call in each of them.
  const continued = continuingModel(settings.known, driver, settings.onAsk);
  const budget = settings.charge === undefined ? ledger : notingLostCalls(ledger, settings.charge);
  const budgeted = budgetedModel(continued, budget, bounds);
  return recordingModel(budgeted, (call) => settings.keep(call));
}
