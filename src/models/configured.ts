/**
 * A model as a user configures it: its dialect, within a budget, every reply recorded before it is
 * used. What an earlier run has paid for is answered out of the record.
 */
import type { RecordedCall } from "../core/events/model.ts";
import type { LanguageModel } from "../core/ports.ts";
import { anthropicModel } from "./anthropic/anthropic.ts";
import type { StreamingModel } from "./calling/streaming.ts";
import { openaiModel } from "./openai/openai.ts";
import { continuingModel, recordingModel } from "./replay.ts";
import { budgetedModel } from "./spend/budgeted.ts";
import { budgetLedger } from "./spend/ledger.ts";
import { listPrice, type ModelPrice } from "./spend/prices.ts";

export interface DriverSettings {
  readonly provider: "openai" | "anthropic";
  readonly model: string;
  readonly baseUrl?: string;
  readonly apiKey: () => string;
  readonly terms?: string;
  /** Of an OpenAI-compatible endpoint. Default `chat`. */
  readonly api?: "chat" | "responses";
  /** Of an OpenAI-compatible endpoint: how tools and schemas get to the model. Default `native`. */
  readonly tools?: "native" | "words";
  readonly structuredOutput?: "native" | "words";
}

export interface ModelSettings extends DriverSettings {
  /** For all calls of this model together. */
  readonly budgetTokens?: number;
  readonly budgetUsd?: number;
  /** Calls of an earlier run, as `keep` got them. */
  readonly known: readonly RecordedCall[];
  /** Durable when it resolves; the reply is used after that. */
  readonly keep: (call: RecordedCall) => Promise<void>;
}

const HOSTS = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
} as const;

/** The dialect's driver, with the list price of its model where it is known. */
export function driverOf({
  provider,
  model,
  baseUrl,
  apiKey,
  terms,
  api,
  tools,
  structuredOutput,
}: DriverSettings): { readonly driver: StreamingModel; readonly price: ModelPrice | undefined } {
  const common = {
    model,
    apiKey,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(terms === undefined ? {} : { terms }),
  };
  const driver =
    provider === "anthropic"
      ? anthropicModel(common)
      : openaiModel({
          ...common,
          ...(api === undefined ? {} : { api }),
          ...(tools === undefined ? {} : { tools }),
          ...(structuredOutput === undefined ? {} : { structuredOutput }),
        });
  return { driver, price: listPrice(baseUrl ?? HOSTS[provider], model) };
}

/** @throws ConfigError UNKNOWN_PRICE for a budget in dollars without a known price. */
export function configuredModel(settings: ModelSettings): LanguageModel {
  const { budgetTokens, budgetUsd } = settings;
  const { driver, price } = driverOf(settings);
  const ledger = budgetLedger({
    ...(budgetTokens === undefined ? {} : { tokens: budgetTokens }),
    ...(budgetUsd === undefined ? {} : { usd: budgetUsd }),
  });
  // What an earlier run has paid for is entered again as it comes up: a budget holds over all lives
  // of a run, and refuses in each of them the same call.
  const continued = continuingModel(settings.known, driver);
  const budgeted = budgetedModel(continued, ledger, price === undefined ? {} : { price });
  return recordingModel(budgeted, (call) => settings.keep(call));
}
