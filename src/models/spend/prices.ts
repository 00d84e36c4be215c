/**
 * What tokens cost, as data with a date. An unknown price is unknown: never zero, never a guess.
 *
 * Prices belong to a host: the same model name behind another endpoint may cost anything.
 */
import type { ModelUsage } from "../../core/ports.ts";

/** US dollars for a million tokens. */
export interface ModelPrice {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  /** Input that the provider read from its cache; absent: as other input. */
  readonly cachedInputPerMillion?: number;
}

export interface PriceTable {
  /** ISO date on which these were the list prices. */
  readonly date: string;
  readonly host: string;
  readonly models: Readonly<Record<string, ModelPrice>>;
}

const price = (inputPerMillion: number, outputPerMillion: number): ModelPrice => ({
  inputPerMillion,
  outputPerMillion,
});

/** List prices, without discounts for batches or caches: an upper bound of the bill. */
export const PRICES: readonly PriceTable[] = [
  {
    date: "2026-03-21",
    host: "api.openai.com",
    models: {
      "gpt-5.4": price(2.5, 15),
      "gpt-5.1": price(1.25, 10),
      "gpt-5": price(1.25, 10),
      "gpt-5-mini": price(0.25, 2),
      "gpt-5-nano": price(0.05, 0.4),
      "gpt-4.1": price(2, 8),
      "gpt-4.1-mini": price(0.4, 1.6),
      "gpt-4.1-nano": price(0.1, 0.4),
      "gpt-4o": price(2.5, 10),
      "gpt-4o-mini": price(0.15, 0.6),
      o3: price(2, 8),
      "o4-mini": price(1.1, 4.4),
    },
  },
  {
    date: "2026-10-01",
    host: "api.anthropic.com",
    models: {
      "claude-opus-5-5": price(4, 20),
      "claude-opus-5": price(5, 25),
      "claude-opus-4-5": price(5, 25),
      "claude-sonnet-5-5": price(2, 10),
      "claude-sonnet-4-5": price(3, 15),
      "claude-haiku-4-5": price(1, 5),
    },
  },
];

/**
 * The list price of a model at an endpoint. A dated snapshot (`name-2025-04-14`, `name-20250514`)
 * costs what its name costs.
 */
export function listPrice(
  baseUrl: string,
  model: string,
  tables: readonly PriceTable[] = PRICES,
): ModelPrice | undefined {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : "";
  const table = tables.find((entry) => entry.host === host);
  const name = model.replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, "");
  return table === undefined || !Object.hasOwn(table.models, name) ? undefined : table.models[name];
}

/** @param cachedInputTokens Those of `usage.inputTokens` that came from the provider's cache. */
export function costUsd(
  usage: ModelUsage | undefined,
  modelPrice: ModelPrice | undefined,
  cachedInputTokens = 0,
): number | undefined {
  if (usage === undefined || modelPrice === undefined) return undefined;
  const { inputPerMillion, outputPerMillion } = modelPrice;
  const cachedPerMillion = modelPrice.cachedInputPerMillion ?? inputPerMillion;
  const fresh = usage.inputTokens - cachedInputTokens;
  return (
    (fresh * inputPerMillion +
      cachedInputTokens * cachedPerMillion +
      usage.outputTokens * outputPerMillion) /
    1_000_000
  );
}
