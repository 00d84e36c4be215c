/**
 * Checks and cleans an example before any format gets it: text that other readers can handle, no control
 * tokens, roles in order, each call answered, something to learn at the end.
 *
 * Text that is only read (prompts, results) is repaired. Text that is to be learned is never changed:
 * the example is dropped instead, with the reason.
 */
import type { Json } from "../core/json.ts";
import { hasControlToken, withoutControlTokens } from "../core/text/control-tokens.ts";
import {
  type AssistantMessage,
  type ChatMessage,
  type ChatTool,
  type Example,
  imagesIn,
} from "./examples.ts";
import { portable } from "./text.ts";

/** @returns The clean example, or why it is dropped. */
export function clean(example: Example): Example | string {
  switch (example.kind) {
    case "conversation": {
      const messages = merged(example.messages).map(cleanMessage);
      const tools = example.tools.map(cleanTool);
      const fault = faultOf(messages) ?? learnedFault(learnedTurns(messages));
      if (fault !== undefined) return fault;
      if (messages.at(-1)?.role !== "assistant") return "it does not end with the assistant";
      return { ...example, messages, tools };
    }
    case "preference": {
      const prompt = merged(example.prompt).map(cleanMessage);
      const { chosen, rejected } = example;
      const fault = faultOf(prompt) ?? learnedFault([chosen, rejected]);
      if (fault !== undefined) return fault;
      if (same(chosen, rejected)) return "chosen and rejected are the same";
      const { tools } = example;
      return {
        ...example,
        prompt,
        ...(tools === undefined ? {} : { tools: tools.map(cleanTool) }),
      };
    }
    case "labelled": {
      const prompt = merged(example.prompt).map(cleanMessage);
      return faultOf(prompt) ?? learnedFault([example.completion]) ?? { ...example, prompt };
    }
    case "prompt": {
      const prompt = merged(example.prompt).map(cleanMessage);
      return faultOf(prompt) ?? { ...example, prompt };
    }
  }
}

function cleanTool({ name, description, parameters }: ChatTool): ChatTool {
  return {
    name,
    description: repaired(description),
    parameters: repairedJson(parameters) as ChatTool["parameters"],
  };
}

function learnedTurns(messages: readonly ChatMessage[]): readonly AssistantMessage[] {
  return messages.filter(
    (message) => message.role === "assistant" && message.weight !== 0,
  ) as readonly AssistantMessage[];
}

function same(left: AssistantMessage, right: AssistantMessage): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Merges system messages at the start, and consecutive user messages: templates expect turns. */
function merged(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const result: ChatMessage[] = [];
  for (const message of messages) {
    const last = result.at(-1);
    if (message.role === "system" && last?.role === "system") {
      result[result.length - 1] = { role: "system", content: joined(last, message) };
    } else if (message.role === "user" && last?.role === "user") {
      const images = imagesIn([last, message]);
      const content = joined(last, message);
      result[result.length - 1] = {
        role: "user",
        content,
        ...(images.length === 0 ? {} : { images }),
      };
    } else {
      result.push(message);
    }
  }
  return result;
}

function joined(first: ChatMessage, second: ChatMessage): string {
  return [first.content, second.content].filter((text) => text !== "").join("\n\n");
}

function cleanMessage(message: ChatMessage): ChatMessage {
  // Turns to be learned stay unchanged; they are checked afterwards.
  if (message.role === "assistant" && message.weight !== 0) return message;
  const content = repaired(message.content);
  if (message.role !== "assistant" || message.toolCalls === undefined) {
    return { ...message, content };
  }
  const toolCalls = message.toolCalls.map((call) => ({
    ...call,
    arguments: repairedJson(call.arguments) as typeof call.arguments,
  }));
  return { ...message, content, toolCalls };
}

function repaired(text: string): string {
  return withoutControlTokens(portable(text));
}

function repairedJson(value: Json): Json {
  if (typeof value === "string") return repaired(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(repairedJson);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [repaired(key), repairedJson(item)]),
  );
}

function learnedFault(messages: readonly AssistantMessage[]): string | undefined {
  for (const { content, toolCalls = [] } of messages) {
    if (content.trim() === "" && toolCalls.length === 0) return "an empty answer";
    for (const text of [content, ...toolCalls.flatMap((call) => stringsOf(call.arguments))]) {
      if (portable(text) !== text) return "an answer with a lone surrogate or NUL";
      if (hasControlToken(text)) return "an answer with a control token";
    }
  }
  return undefined;
}

function stringsOf(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...stringsOf(item as Json)]);
}

/** Checks that templates can render the order of roles and that every call has one result with its name. */
function faultOf(messages: readonly ChatMessage[]): string | undefined {
  let open = new Map<string, string>();
  let before: ChatMessage["role"] | undefined;
  let asked = false;
  for (const message of messages) {
    const { role } = message;
    if (role !== "tool" && open.size > 0) return "a call without a result";
    if (role === "system" && before !== undefined) return "a system message after the first turn";
    if (role === "user") {
      if (message.content.trim() === "" && imagesIn([message]).length === 0) {
        return "an empty question";
      }
      asked = true;
    }
    if (role === "assistant") {
      if (!asked) return "an answer before the first question";
      if (before === "assistant") return "two answers in a row";
      const { toolCalls = [] } = message;
      open = new Map(toolCalls.map(({ id, name }) => [id, name]));
      if (open.size < toolCalls.length) return "two calls of one id";
    }
    if (role === "tool") {
      if (open.get(message.toolCallId) !== message.name) return "a result without its call";
      open.delete(message.toolCallId);
    }
    before = role;
  }
  if (open.size > 0) return "a call without a result";
  return asked ? undefined : "no question";
}
