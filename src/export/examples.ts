/**
 * The one form between traces and training files: conversations, preference pairs, labelled
 * attempts and prompts, each with where it came from. Recipes make them out of runs, filters choose
 * among them, one converter a format writes them.
 *
 * Arguments are objects here, an assistant's text is never null, and ids pair calls with results.
 */
import type { RunKind, RunStatus } from "../core/event.ts";
import type { Json } from "../core/json.ts";

/** Its bytes are put aside: they go into the files at the end. */
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
  /** 0: shown, but not learned from. Default 1. */
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

/** Where an example came from: what filters, splits and the manifest go by. */
export interface Origin {
  readonly run: string;
  readonly kind: RunKind;
  /** Which rule made it. */
  readonly recipe: "tool-use" | "improve" | "repair" | "hindsight" | "human-edit" | "model-call";
  readonly outcome: RunStatus;
  /** ISO 8601: when what is to be learned was written. */
  readonly time: string;
  readonly task?: string;
  readonly user?: string;
  /** Models that wrote any part; none for the mutation generator. */
  readonly models: readonly string[];
  /** Terms of every part, e.g. `open-weights:apache-2.0`, `mutation`. */
  readonly terms: readonly string[];
  readonly tools: readonly string[];
  /** Higher is better; undefined where nothing was scored. */
  readonly score?: number;
  /** Score above the best parent's. */
  readonly gain?: number;
  /** Rows that share one of these stay in one split, e.g. `task:packing`, `request:r1`. */
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
  /** Where the halves are calls. */
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
  /** What a reward function is given beside the completion. */
  readonly fields: { readonly [key: string]: Json };
  readonly origin: Origin;
}

export type Example = Conversation | Preference | Labelled | Prompt;

/** Something that was not made into an example, and why. */
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

/** Every message of an example, the ones to be learned last. */
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
