/**
 * The messages dialect: our request to its body, its reply and its events to ours. Pure; the calls
 * are in anthropic.ts.
 */
import { z } from "zod";
import type { Image } from "../../core/image.ts";
import type { Json } from "../../core/json.ts";
import type { ModelMessage, ModelReply, ModelRequest } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import type { ModelDelta } from "../calling/streaming.ts";
import { withSchemaInWords } from "../prompted.ts";
import { sentSchema, toolParameters } from "../sent-schema.ts";

type Block = { readonly [key: string]: Json };

/**
 * The body of one call. Differences of the dialect: system text stands apart; results of tools are
 * parts of a user message; a schema is the only tool there is, and forced, unless the request has
 * tools of its own: then it is said in words; `seed` does not exist and is left out.
 */
export function toBody(request: ModelRequest, model: string, maxTokens: number): Block {
  const { responseSchema, toolChoice } = request;
  const tools = request.tools ?? [];
  const forced = responseSchema !== undefined && tools.length === 0;
  const source =
    responseSchema !== undefined && !forced
      ? withSchemaInWords(request.messages, responseSchema.schema)
      : request.messages;
  const system = source.flatMap((message) => (message.role === "system" ? [message.content] : []));
  const offered: Block[] = forced
    ? [
        {
          name: responseSchema.name,
          description: "Gives the answer.",
          input_schema: sentSchema(responseSchema.schema),
        },
      ]
    : tools.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: toolParameters(parameters),
      }));
  const choice: Block | undefined = forced
    ? { type: "tool", name: responseSchema.name }
    : toolChoice === undefined || tools.length === 0
      ? undefined
      : { type: toolChoice === "required" ? "any" : toolChoice };
  return {
    model,
    max_tokens: request.maxTokens ?? maxTokens,
    messages: toMessages(source),
    ...(system.length > 0 && { system: system.join("\n\n") }),
    ...(offered.length > 0 && { tools: offered }),
    ...present({ tool_choice: choice }),
    ...(request.temperature !== undefined && { temperature: Math.min(1, request.temperature) }),
    ...(request.stop !== undefined && { stop_sequences: [...request.stop] }),
  };
}

/** Roles alternate: neighbours of one role become one message. */
function toMessages(messages: readonly ModelMessage[]): Json[] {
  const turns: { role: "user" | "assistant"; content: Block[] }[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    const role = message.role === "assistant" ? "assistant" : "user";
    const blocks = blocksOf(message);
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: blocks });
  }
  return turns.filter((turn) => turn.content.length > 0);
}

function blocksOf(message: ModelMessage): Block[] {
  if (message.role === "tool") {
    const { images = [], content: words } = message;
    const content = images.length === 0 ? words : [...images.map(imageBlock), ...textOf(words)];
    return [{ type: "tool_result", tool_use_id: message.toolCallId, content }];
  }
  const shown = message.role === "user" ? (message.images ?? []) : [];
  const text: Block[] = [...shown.map(imageBlock), ...textOf(message.content)];
  const calls = message.role === "assistant" ? (message.toolCalls ?? []) : [];
  return [
    ...text,
    ...calls.map(({ id, name, arguments: input }) => ({ type: "tool_use", id, name, input })),
  ];
}

/** The dialect refuses empty text. */
function textOf(text: string): Block[] {
  return text === "" ? [] : [{ type: "text", text }];
}

function imageBlock(image: Image): Block {
  const source: Block =
    "url" in image
      ? { type: "url", url: image.url }
      : { type: "base64", media_type: image.mimeType, data: image.data };
  return { type: "image", source };
}

const Usage = z.looseObject({
  input_tokens: z.number().nullish(),
  output_tokens: z.number().nullish(),
  cache_read_input_tokens: z.number().nullish(),
  cache_creation_input_tokens: z.number().nullish(),
});
const Content = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  input: z.record(z.string(), z.unknown()).nullish(),
});

export const WholeReply = z.looseObject({
  model: z.string().nullish(),
  content: z.array(Content),
  stop_reason: z.string().nullish(),
  usage: Usage.nullish(),
});

/** One event of a stream. Those of an unknown type are skipped, as the dialect asks. */
export const StreamEvent = z.looseObject({
  type: z.string(),
  index: z.int().min(0).max(1_000).nullish(),
  message: z.looseObject({ model: z.string().nullish(), usage: Usage.nullish() }).nullish(),
  content_block: Content.nullish(),
  delta: z
    .looseObject({
      type: z.string().nullish(),
      text: z.string().nullish(),
      partial_json: z.string().nullish(),
      stop_reason: z.string().nullish(),
    })
    .nullish(),
  usage: Usage.nullish(),
  error: z.looseObject({ type: z.string().nullish(), message: z.string().nullish() }).nullish(),
});
export type StreamEvent = z.output<typeof StreamEvent>;

/** What was said, in blocks; the input of a call as JSON text. */
export interface Said {
  model: string | undefined;
  stop: string | undefined;
  inputTokens: number | undefined;
  cachedInputTokens: number;
  outputTokens: number;
  readonly blocks: { type: string; text: string; id: string; name: string }[];
}

export function nothingSaid(): Said {
  return {
    model: undefined,
    stop: undefined,
    inputTokens: undefined,
    cachedInputTokens: 0,
    outputTokens: 0,
    blocks: [],
  };
}

export function addWhole(said: Said, reply: z.output<typeof WholeReply>): void {
  said.model = reply.model ?? undefined;
  said.stop = reply.stop_reason ?? undefined;
  addUsage(said, reply.usage);
  for (const { type, text, id, name, input } of reply.content) {
    said.blocks.push({
      type,
      text: type === "tool_use" ? JSON.stringify(input ?? {}) : (text ?? ""),
      id: id ?? "",
      name: name ?? "",
    });
  }
}

/** Adds an event and gives what is new in it. */
export function addEvent(said: Said, event: StreamEvent): ModelDelta | undefined {
  said.model ??= event.message?.model ?? undefined;
  addUsage(said, event.message?.usage);
  addUsage(said, event.usage);
  said.stop = event.delta?.stop_reason ?? said.stop;
  const index = event.index ?? said.blocks.length - 1;
  if (event.type === "content_block_start" && event.content_block) {
    const { type, text, id, name } = event.content_block;
    said.blocks[index] = { type, text: text ?? "", id: id ?? "", name: name ?? "" };
    return undefined;
  }
  const block = said.blocks[index];
  if (event.type !== "content_block_delta" || block === undefined) return undefined;
  const piece = event.delta?.text ?? event.delta?.partial_json ?? "";
  if (piece === "" || (block.type !== "text" && block.type !== "tool_use")) return undefined;
  block.text += piece;
  if (block.type === "text") return { kind: "text", text: piece };
  const calls = said.blocks.slice(0, index).filter(({ type }) => type === "tool_use").length;
  return { kind: "tool-call", index: calls, name: block.name, argumentsText: piece };
}

function addUsage(said: Said, usage: z.output<typeof Usage> | null | undefined): void {
  if (typeof usage?.input_tokens === "number") {
    // Cached and newly cached input is counted beside the fresh one here.
    const cached = usage.cache_read_input_tokens ?? 0;
    said.cachedInputTokens = cached;
    said.inputTokens = usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0);
  }
  said.outputTokens = usage?.output_tokens ?? said.outputTokens;
}

export function finishOf(stop: string | undefined): ModelReply["finishReason"] {
  switch (stop) {
    case "end_turn":
    case "stop_sequence":
      return "stop";
    case "max_tokens":
      return "length";
    case "tool_use":
      return "tool-calls";
    case "refusal":
      return "refused";
    default:
      return "other";
  }
}
