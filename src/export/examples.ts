/**
 * The common form between traces and training files: conversations, preference pairs, labelled attempts
 * and prompts, each with its origin. Recipes make them from runs, filters select them, and one converter
 * per format writes them.
 *
 * Here arguments are objects, an assistant's text is never null, and ids match calls with results.
 */
import type { RunKind, RunStatus } from "../core/event.ts";
import type { Json } from "../core/json.ts";

/** An image whose bytes are stored separately until the files are written. */
export interface StoredImage {
  readonly type: "image";
  readonly mimeType: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export type ExampleImage = StoredImage | { readonly type: "image"; readonly url: string };

export interface ChatToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: { readonly [key: string]: Json };
}

export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: string;
  readonly toolCalls?: readonly ChatToolCall[];
  /** 0: shown, but not learned. Default 1. */
  readonly weight?: 0 | 1;
}

export type ChatMessage =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string; readonly images?: readonly ExampleImage[] }
  | AssistantMessage
  | {
      readonly role: "tool";
      readonly toolCallId: string;
      readonly name: string;
      readonly content: string;
      readonly images?: readonly ExampleImage[];
    };

export interface ChatTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: { readonly [key: string]: Json };
}

/** Where an example comes from; filters, splits and the manifest use it. */
export interface Origin {
  readonly run: string;
  readonly kind: RunKind;
  /** The recipe that made it. */
  readonly recipe: "tool-use" | "improve" | "repair" | "hindsight" | "human-edit" | "model-call";
  readonly outcome: RunStatus;
  /** ISO 8601: when the part to be learned was written. */
  readonly time: string;
  readonly task?: string;
  readonly user?: string;
  /** Models that wrote any part; empty for the mutation generator. */
  readonly models: readonly string[];
  /** Terms of every part, e.g. `open-weights:apache-2.0`, `mutation`. */
  readonly terms: readonly string[];
  readonly tools: readonly string[];
  /** Higher is better; undefined if nothing was scored. */
  readonly score?: number;
  /** Score minus the best parent's score. */
  readonly gain?: number;
  /** Rows that share one of these are in the same split, e.g. `task:packing`, `request:r1`. */
  readonly families: readonly string[];
}

export interface Conversation {
  readonly kind: "conversation";
  /** Ends with the assistant. */
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ChatTool[];
  readonly origin: Origin;
}

export interface Preference {
  readonly kind: "preference";
  /** Ends with the user or a tool. */
  readonly prompt: readonly ChatMessage[];
  /** Present if the halves are calls. */
  readonly tools?: readonly ChatTool[];
  readonly chosen: AssistantMessage;
  readonly rejected: AssistantMessage;
  readonly origin: Origin;
}

export interface Labelled {
  readonly kind: "labelled";
  readonly prompt: readonly ChatMessage[];
  readonly completion: AssistantMessage;
  readonly label: boolean;
  readonly origin: Origin;
}

export interface Prompt {
  readonly kind: "prompt";
  readonly prompt: readonly ChatMessage[];
  /** Data that a reward function gets in addition to the completion. */
  readonly fields: { readonly [key: string]: Json };
  readonly origin: Origin;
}

export type Example = Conversation | Preference | Labelled | Prompt;

/** Something that gave no example, and why. */
export interface Drop {
  readonly run: string;
  readonly reason: string;
  readonly count: number;
}

export function imagesIn(messages: readonly ChatMessage[]): readonly ExampleImage[] {
  return messages.flatMap((message) =>
    message.role === "user" || message.role === "tool" ? (message.images ?? []) : [],
  );
}

/** Every message of an example; those to be learned are last. */
export function messagesOf(example: Example): readonly ChatMessage[] {
  switch (example.kind) {
    case "conversation":
      return example.messages;
    case "preference":
      return [...example.prompt, example.chosen, example.rejected];
    case "labelled":
      return [...example.prompt, example.completion];
    case "prompt":
      return example.prompt;
  }
}
