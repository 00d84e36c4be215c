/**
 * A model within a budget: each call reserves the most that it can cost before it is made.
 */
import { BudgetExceededError, ConfigError, ModelError } from "../../core/errors.ts";
import { imageTokens, sizeOf } from "../../core/image.ts";
import type { LanguageModel, ModelMessage, ModelReply, ModelRequest } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import { imagesOf } from "../calling/image-places.ts";
import { type ModelBudget, needPrice, type Spending } from "./ledger.ts";
import { costUsd, type ModelPrice } from "./prices.ts";

export interface BudgetedOptions {
  /** Needed when the ledger has a limit in dollars. */
  readonly price?: ModelPrice;
  /** For requests that name no `maxTokens`; it is then sent. Default 4 000. */
  readonly maxTokens?: number;
  /** What the model's context holds: a reply is asked for that still fits behind its request. */
  readonly contextTokens?: number;
}

/** Tokens that a provider adds for one message or tool, at most. */
const FRAME = 16;
/** Times the estimate of an image that is put aside for it: providers count in their own ways. */
const FOR_IMAGE = 4;

/**
 * Rejects with BudgetExceededError before a call that could overshoot. A call that was refused, or got
 * no piece of a reply before its connection broke, costs nothing. One that broke later is entered with
 * its request and what came of the reply. One whose cost is unknown (silent, canceled, no usage
 * reported) is entered with all it had reserved.
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
        const upTo = (received: number): Spending =>
          mostOf(bounded, Math.min(received, longest), price);
        await reservation.settle(costOfFailure(error, most, upTo), true);
        throw error;
      }
      const { usage } = reply;
      const usd = reply.costUsd ?? costUsd(usage, price);
      await reservation.settle(
        {
          calls: 1,
          tokens: usage === undefined ? (most.tokens ?? 0) : usage.inputTokens + usage.outputTokens,
          ...present({ usd: usd ?? most.usd }),
        },
        false,
      );
      return reply;
    },
  };
}

/** Failures after which a whole reply may have been written. */
const PERHAPS_WRITTEN: readonly string[] = ["MODEL_TIMEOUT", "MALFORMED_REPLY", "MODEL_REFUSED"];

/** @param upTo The cost of the request with so many characters of a reply. */
function costOfFailure(
  error: unknown,
  most: Spending,
  upTo: (received: number) => Spending,
): Spending {
  if (error instanceof ConfigError) return {};
  if (error instanceof BudgetExceededError && error.facts.served === false) return {};
  if (!(error instanceof ModelError)) return most;
  const { code, facts } = error;
  const written = PERHAPS_WRITTEN.includes(code) && facts.served !== false;
  if (written && code !== "MODEL_TIMEOUT") return most;
  const { received } = facts;
  if (typeof received === "number" && received > 0) return upTo(received);
  return written ? most : {};
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
