/** What answers messages, with words or with tool calls. */
import type { Image } from "../image.ts";
import type { Json } from "../json.ts";

/** Images stand beside the words; a driver puts them where its provider takes them. */
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
  /** What the provider says it used; undefined where it says nothing. */
  readonly usage?: ModelUsage;
  /** The model as the provider names it. */
  readonly model: string;
  /** In US dollars; undefined where the price is unknown, which is not zero. */
  readonly costUsd?: number;
}

/**
 * A language model behind any provider.
 *
 * Contract, checked by test/contracts/language-model.ts:
 * - `complete` resolves with what the model said, parsed; provider failures reject with ModelError
 *   (code, `retryable`) after the driver's own bounded retries; an abort rejects with its reason.
 * - Keys and headers never appear in an error or an event.
 */
export interface LanguageModel {
  /** `driver:model`, as traces name it. */
  readonly id: string;
  /** Whether its output may train another model, and under which terms. */
  readonly terms: string;
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
}
