/** The contract of language models, which answer messages with text or tool calls. */
import type { Image } from "../image.ts";
import type { Json } from "../json.ts";

/** Images are separate from the text; a driver puts them where its provider accepts them. */
export type ModelMessage =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string; readonly images?: readonly Image[] }
  | {
      readonly role: "assistant";
      readonly content: string;
      readonly toolCalls?: readonly ModelToolCall[];
    }
  | {
      readonly role: "tool";
      readonly toolCallId: string;
      readonly name: string;
      readonly content: string;
      readonly images?: readonly Image[];
    };

export interface ModelToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: { readonly [key: string]: Json };
}

export interface ModelTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: { readonly [key: string]: Json };
}

export interface ModelRequest {
  readonly messages: readonly ModelMessage[];
  readonly tools?: readonly ModelTool[];
  readonly toolChoice?: "auto" | "none" | "required";
  /** A JSON Schema that the reply's content must satisfy; native mode where the provider offers it. */
  readonly responseSchema?: {
    readonly name: string;
    readonly schema: { readonly [key: string]: Json };
  };
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
}

export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ModelReply {
  readonly content: string;
  readonly toolCalls: readonly ModelToolCall[];
  readonly finishReason: "stop" | "length" | "tool-calls" | "refused" | "other";
  /** Usage as the provider reports it; undefined if it does not report it. */
  readonly usage?: ModelUsage;
  /** The model's name, as the provider reports it. */
  readonly model: string;
  /** In US dollars; undefined if the price is unknown, which is not zero. */
  readonly costUsd?: number;
}

/**
 * A language model of any provider.
 *
 * Contract, checked by test/contracts/language-model.ts:
 * - `complete` resolves with the model's parsed reply. A provider failure rejects with ModelError
 *   (code, `retryable`) after the driver's own bounded retries; an abort rejects with its reason.
 * - Keys and headers never appear in an error or an event.
 */
export interface LanguageModel {
  /** `driver:model`; traces use this name. */
  readonly id: string;
  /** Whether its output may be used to train another model, and under which terms. */
  readonly terms: string;
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
}
