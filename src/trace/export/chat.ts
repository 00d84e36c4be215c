/**
 * Chat messages as the two families of readers want them: OpenAI-shaped (arguments as JSON text,
 * null beside tool calls) and Hugging Face templates (arguments as objects, text never absent).
 */
import { canonicalJson, type Json } from "../../core/json.ts";
import type { ChatMessage, ChatTool } from "./examples.ts";

export type Row = { readonly [key: string]: Json };

/** @param weights Whether `weight` 0 may be written; readers without it refuse the key. */
export function openaiMessage(message: ChatMessage, weights: boolean): Row {
  switch (message.role) {
    case "system":
    case "user":
      return { role: message.role, content: message.content };
    case "tool":
      return { role: "tool", tool_call_id: message.toolCallId, content: message.content };
    case "assistant": {
      const { content, toolCalls = [], weight } = message;
      const weighted = weights && weight !== undefined ? { weight } : {};
      if (toolCalls.length === 0) return { role: "assistant", content, ...weighted };
      return {
        role: "assistant",
        content: content === "" ? null : content,
        ...weighted,
        tool_calls: toolCalls.map(({ id, name, arguments: given }) => ({
          id,
          type: "function",
          // Text, once: an object here is refused, text of text is learned as such.
          function: { name, arguments: canonicalJson(given) },
        })),
      };
    }
  }
}

export function templateMessage(message: ChatMessage): Row {
  switch (message.role) {
    case "system":
    case "user":
      return { role: message.role, content: message.content };
    case "tool":
      return { role: "tool", name: message.name, content: message.content };
    case "assistant": {
      const { content, toolCalls = [] } = message;
      if (toolCalls.length === 0) return { role: "assistant", content };
      return {
        role: "assistant",
        // Several templates throw on null, others print "None".
        content,
        tool_calls: toolCalls.map(({ name, arguments: given }) => ({
          type: "function",
          function: { name, arguments: given },
        })),
      };
    }
  }
}

export function toolRow({ name, description, parameters }: ChatTool): Row {
  // A tool without parameters still is one of an object: readers index into `properties`.
  const schema = Object.hasOwn(parameters, "type")
    ? parameters
    : { type: "object", properties: {}, ...parameters };
  return { type: "function", function: { name, description, parameters: schema } };
}

/**
 * For formats that learn every turn: the conversation as if a failed call or answer had not been
 * made, or why it cannot be told so.
 */
export function learnedOnly(messages: readonly ChatMessage[]): readonly ChatMessage[] | string {
  const left: ChatMessage[] = [];
  const removed = new Set<string>();
  let toldOff = false;
  for (const message of messages) {
    const { role } = message;
    if (role === "assistant" && message.weight === 0) {
      const { toolCalls = [] } = message;
      // What the other calls of the turn returned is needed by what follows.
      if (toolCalls.length > 1)
        return "a failed call beside others, in a format that learns every turn";
      for (const { id } of toolCalls) removed.add(id);
      // The user's next words are about the answer that goes.
      toldOff = toolCalls.length === 0;
    } else if (role === "assistant" || (role === "user" && !toldOff) || role === "system") {
      if (role === "assistant") toldOff = false;
      left.push(message);
    } else if (role === "tool" && !removed.has(message.toolCallId)) {
      left.push(message);
    }
  }
  return left;
}
