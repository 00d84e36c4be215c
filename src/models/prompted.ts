/**
 * Tools and schemas in the words of the prompt, for models whose endpoint has no field for them.
 * `parseToolCalls` reads the answers.
 */
import type { Json } from "../core/json.ts";
import type { ModelMessage, ModelRequest, ModelTool, ModelToolCall } from "../core/ports.ts";
import { present } from "../core/present.ts";

type Schema = { readonly [key: string]: Json };

/** The request without tools: they stand in the system message, calls and results in the text. */
export function withToolsInWords(request: ModelRequest): ModelRequest {
  const { tools, toolChoice, ...rest } = request;
  const messages = rest.messages.map(inWords);
  if (tools === undefined || tools.length === 0 || toolChoice === "none") {
    return { ...rest, messages };
  }
  return { ...rest, messages: withSystem(messages, toolText(tools, toolChoice === "required")) };
}

/** The messages with the schema, and the instruction to follow it, in the system message. */
export function withSchemaInWords(
  messages: readonly ModelMessage[],
  schema: Schema,
): readonly ModelMessage[] {
  return withSystem(
    messages,
    `Answer with one JSON value and nothing else: no prose, no code fence. It must satisfy this JSON Schema:\n${JSON.stringify(schema)}`,
  );
}

function toolText(tools: readonly ModelTool[], required: boolean): string {
  const list = tools.map(({ name, description, parameters }) =>
    JSON.stringify({ name, description, parameters }),
  );
  return [
    "You can call these tools, one JSON object a line with the JSON Schema of the parameters:",
    ...list,
    'To call one, write <tool_call>{"name": "...", "arguments": {...}}</tool_call>. Several calls may follow each other. The results come in <tool_response> tags.',
    required ? "Call at least one tool now." : "Where no tool is needed, answer in plain text.",
  ].join("\n");
}

function inWords(message: ModelMessage): ModelMessage {
  if (message.role === "tool") {
    return {
      role: "user",
      content: `<tool_response name="${message.name}">\n${message.content}\n</tool_response>`,
      ...present({ images: message.images }),
    };
  }
  if (message.role !== "assistant" || message.toolCalls === undefined) return message;
  const calls = message.toolCalls.map(callText);
  return {
    role: "assistant",
    content: [message.content, ...calls].filter((part) => part !== "").join("\n"),
  };
}

function callText({ name, arguments: given }: ModelToolCall): string {
  return `<tool_call>${JSON.stringify({ name, arguments: given })}</tool_call>`;
}

function withSystem(messages: readonly ModelMessage[], text: string): readonly ModelMessage[] {
  const [first, ...rest] = messages;
  return first?.role === "system"
    ? [{ role: "system", content: `${first.content}\n\n${text}` }, ...rest]
    : [{ role: "system", content: text }, ...messages];
}
