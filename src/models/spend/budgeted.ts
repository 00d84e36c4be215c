/**
 * A model within a budget: each call reserves the most that it can cost before it is made.
 */
import { ConfigError, ModelError } from "../../core/errors.ts";
import { imageTokens, sizeOf } from "../../core/image.ts";
import type { LanguageModel, ModelMessage, ModelReply, ModelRequest } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import { imagesOf } from "../calling/image-places.ts";
import { needPrice, type Spending, type SpendingLimit } from "./ledger.ts";
import { costUsd, type ModelPrice } from "./prices.ts";

export interface BudgetedOptions {
  /** Needed when the ledger has a limit in dollars. */
  readonly price?: ModelPrice;
  /** For requests that name no `maxTokens`; it is then sent. Default 4 000. */
  readonly maxTokens?: number;
  /** What the model's context holds: a reply is asked for that still fits behind its request. */
  readonly contextTokens?: number;
}

/** What calls are paid from: a ledger, or whatever reserves before it is spent. */
export interface ModelBudget {
  readonly limit: SpendingLimit;
  reserve(
    ask: Spending,
    signal: AbortSignal,
  ): Promise<{ settle(actual: Spending): void | Promise<void> }>;
}

/** Tokens that a provider adds for one message or tool, at most. */
const FRAME = 16;
/** Times the estimate of an image that is put aside for it: providers count in their own ways. */
const FOR_IMAGE = 4;

/**
 * Rejects with BudgetExceededError before a call that could overshoot. A call whose cost
 * is unknown (timed out, cut off, cancelled, no usage reported) is entered with all it had reserved; one that
 * was refused, or never sent, costs nothing.
 *
 * Holds as long as the provider keeps to `maxTokens`, counts a byte as at most one token and an image
 * as at most four times the estimate of `imageTokens`. Does not
 * hold for attempts that the driver repeats by itself and that the provider charges all the same: a
 * driver with `maxRetries: 0` leaves none of these out.
 *
 * @throws ConfigError UNKNOWN_PRICE
 */
export function budgetedModel(
  model: LanguageModel,
  budget: ModelBudget,
  { price, maxTokens = 4_000, contextTokens }: BudgetedOptions = {},
): LanguageModel {
  needPrice(budget.limit, price !== undefined, model.id);
  return {
    id: model.id,
    terms: model.terms,
    async complete(request, signal) {
      const wanted = request.maxTokens ?? maxTokens;
      const longest =
        contextTokens === undefined ? wanted : fitting(request, wanted, contextTokens);
      const bounded: ModelRequest = { ...request, maxTokens: longest };
      const most = mostOf(bounded, longest, price);
      const reservation = await budget.reserve(most, signal);
      let reply: ModelReply;
      try {
        reply = await model.complete(bounded, signal);
      } catch (error) {
        await reservation.settle(mayHaveCost(error) ? most : {});
        throw error;
      }
      const { usage } = reply;
      const usd = reply.costUsd ?? costUsd(usage, price);
      await reservation.settle({
        calls: 1,
        tokens: usage === undefined ? (most.tokens ?? 0) : usage.inputTokens + usage.outputTokens,
        usd: usd ?? most.usd ?? 0,
      });
      return reply;
    },
  };
}

/** Not if it was never sent, or refused before anything was computed. */
function mayHaveCost(error: unknown): boolean {
  if (error instanceof ConfigError) return false;
  if (!(error instanceof ModelError)) return true;
  const { code, facts } = error;
  return typeof facts.served === "boolean"
    ? facts.served
    : code === "MODEL_TIMEOUT" || code === "MALFORMED_REPLY" || code === "MODEL_REFUSED";
}

/** Shorter than this no reply is of use; then the server may refuse the request. */
const SHORTEST_REPLY = 256;

/** Servers refuse a request that leaves no room for the longest reply. A token is some three bytes. */
function fitting(request: ModelRequest, maxTokens: number, contextTokens: number): number {
  const { tokens = 0 } = mostOf(request, 0, undefined);
  return Math.min(maxTokens, Math.max(SHORTEST_REPLY, contextTokens - Math.ceil(tokens / 3)));
}

/** An upper bound: no tokenizer in use makes more tokens than there are bytes. */
function mostOf(request: ModelRequest, maxTokens: number, price: ModelPrice | undefined): Spending {
  const texts = [
    ...request.messages.map(textOf),
    ...(request.tools ?? []).map((tool) => JSON.stringify(tool)),
    ...(request.responseSchema === undefined ? [] : [JSON.stringify(request.responseSchema)]),
  ];
  const seen = request.messages
    .flatMap(imagesOf)
    .reduce((sum, image) => sum + FOR_IMAGE * imageTokens(sizeOf(image)), 0);
  const inputTokens =
    seen + texts.reduce((sum, text) => sum + Buffer.byteLength(text) + FRAME, FRAME);
  const usd = costUsd({ inputTokens, outputTokens: maxTokens }, price);
  return { calls: 1, tokens: inputTokens + maxTokens, ...present({ usd }) };
}

function textOf(message: ModelMessage): string {
  const calls = message.role === "assistant" ? (message.toolCalls ?? []) : [];
  return calls.length === 0 ? message.content : `${message.content}${JSON.stringify(calls)}`;
}
