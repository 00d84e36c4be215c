/**
 * A model as a user configures it: its dialect, within a budget, every reply recorded before it is
 * used. What an earlier run has paid for is answered out of the record.
 */
import type { Json } from "../core/json.ts";
import type { LanguageModel } from "../core/ports.ts";
import { anthropicModel } from "./anthropic.ts";
import { budgetedModel } from "./budgeted.ts";
import { budgetLedger } from "./ledger.ts";
import { openaiModel } from "./openai.ts";
import { listPrice } from "./prices.ts";
import { continuingModel, RecordedCall, recordingModel } from "./replay.ts";

export interface ModelSettings {
  readonly provider: "openai" | "anthropic";
  readonly model: string;
  readonly baseUrl?: string;
  readonly apiKey: () => string;
  readonly terms?: string;
  /** For all calls of this model together. */
  readonly budgetTokens?: number;
  readonly budgetUsd?: number;
  /** Calls of an earlier run, as `keep` got them. */
  readonly known: readonly Json[];
  /** Durable when it resolves; the reply is used after that. */
  readonly keep: (call: Json) => Promise<void>;
}

const HOSTS = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
} as const;

/** @throws ConfigError UNKNOWN_PRICE for a budget in dollars without a known price. */
export function configuredModel(settings: ModelSettings): LanguageModel {
  const { provider, model, baseUrl, apiKey, terms, budgetTokens, budgetUsd } = settings;
  const make = provider === "anthropic" ? anthropicModel : openaiModel;
  const driver = make({
    model,
    apiKey,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(terms === undefined ? {} : { terms }),
  });
  const price = listPrice(baseUrl ?? HOSTS[provider], model);
  const ledger = budgetLedger({
    ...(budgetTokens === undefined ? {} : { tokens: budgetTokens }),
    ...(budgetUsd === undefined ? {} : { usd: budgetUsd }),
  });
  const budgeted = budgetedModel(driver, ledger, price === undefined ? {} : { price });
  const known = settings.known.map((call) => RecordedCall.parse(call));
  return recordingModel(continuingModel(known, budgeted), (call) =>
    settings.keep(JSON.parse(JSON.stringify(call)) as Json),
  );
}
