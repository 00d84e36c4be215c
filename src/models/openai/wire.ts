/**
 * The chat completions dialect: our request to its body, its reply and its stream of pieces to ours.
 * Pure; the client that carries them is in openai.ts.
 */
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { z } from "zod";
import type { Json } from "../../core/json.ts";
import type {
  ModelMessage,
  ModelReply,
  ModelRequest,
  ModelToolCall,
  ModelUsage,
} from "../../core/ports.ts";
import { imagesByUser, imageUrl } from "../calling/image-places.ts";
import { modelError } from "../calling/model-errors.ts";
import type { ModelDelta } from "../calling/streaming.ts";
import { readRelaxedJson } from "../calls-in-text/relaxed-json.ts";
import { isObject } from "../calls-in-text/shapes.ts";
import { withSchemaInWords } from "../prompted.ts";
import type { Field, MaxTokensField } from "./fields.ts";

export interface WireOptions {
  readonly model: string;
  readonly lacking: ReadonlySet<Field>;
  readonly maxTokensField: MaxTokensField;
}

/** The body of one call. A schema that the endpoint has no field for goes into the words. */
export function toBody(
  request: ModelRequest,
  { model, lacking, maxTokensField }: WireOptions,
): ChatCompletionCreateParamsNonStreaming {
  const schema = request.responseSchema;
  const inWords = schema !== undefined && lacking.has("responseSchema");
  const messages = inWords ? withSchemaInWords(request.messages, schema.schema) : request.messages;
  const has = (field: Field): boolean => !lacking.has(field);
  return {
    model,
    messages: imagesByUser(messages).map(toMessage),
    ...(request.tools !== undefined &&
      request.tools.length > 0 && {
        tools: request.tools.map(({ name, description, parameters }) => ({
          type: "function" as const,
          function: { name, description, parameters },
        })),
        ...(request.toolChoice !== undefined && { tool_choice: request.toolChoice }),
      }),
    ...(schema !== undefined &&
      !inWords && {
        response_format: {
          type: "json_schema" as const,
          json_schema: {
            name: schema.name,
            schema: schema.schema,
            strict: isStrict(schema.schema),
          },
        },
      }),
    ...(request.temperature !== undefined &&
      has("temperature") && { temperature: request.temperature }),
    ...(request.seed !== undefined && has("seed") && { seed: request.seed }),
    ...(request.stop !== undefined && has("stop") && { stop: [...request.stop] }),
    ...(request.maxTokens !== undefined && { [maxTokensField]: request.maxTokens }),
  };
}

function toMessage(message: ModelMessage): ChatCompletionMessageParam {
  if (message.role === "tool") {
    return { role: "tool", tool_call_id: message.toolCallId, content: message.content };
  }
  if (message.role === "system") return { role: "system", content: message.content };
  if (message.role === "user") {
    const { content, images = [] } = message;
    if (images.length === 0) return { role: "user", content };
    const words = content === "" ? [] : [{ type: "text" as const, text: content }];
    const shown = images.map((image) => ({
      type: "image_url" as const,
      image_url: { url: imageUrl(image) },
    }));
    return { role: "user", content: [...words, ...shown] };
  }
  const calls = message.toolCalls ?? [];
  return {
    role: "assistant",
    content: message.content,
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, arguments: given }) => ({
        id,
        type: "function" as const,
        function: { name, arguments: JSON.stringify(given) },
      })),
    }),
  };
}

/** Strict mode takes schemas alone whose objects are closed and name each property as required. */
export function isStrict(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (!isObject(schema)) return true;
  if (isObject(schema.properties ?? null)) {
    const names = Object.keys(schema.properties ?? {});
    const required = Array.isArray(schema.required) ? schema.required : [];
    if (schema.additionalProperties !== false) return false;
    if (!names.every((name) => required.includes(name))) return false;
  } else if (schema.type === "object") {
    return false;
  }
  return Object.values(schema).every(isStrict);
}

const Text = z
  .union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))])
  .nullish()
  .transform((text) =>
    typeof text === "string" ? text : (text ?? []).map((part) => part.text ?? "").join(""),
  );
const Usage = z.looseObject({
  prompt_tokens: z.number().nullish(),
  completion_tokens: z.number().nullish(),
  prompt_tokens_details: z.looseObject({ cached_tokens: z.number().nullish() }).nullish(),
});
const ToolCallPiece = z.looseObject({
  index: z.int().min(0).max(1_000).nullish(),
  id: z.string().nullish(),
  function: z
    .looseObject({
      name: z.string().nullish(),
      // Some servers send the arguments as an object, against the protocol.
      arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
    })
    .nullish(),
});
const Message = z.looseObject({
  content: Text,
  refusal: z.string().nullish(),
  tool_calls: z.array(ToolCallPiece).nullish(),
});

/** A whole reply, or one piece of a stream: the same shape but for the name of the message. */
export const Chunk = z.looseObject({
  model: z.string().nullish(),
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        message: Message.nullish(),
        delta: Message.nullish(),
      }),
    )
    .nullish(),
  usage: Usage.nullish(),
});
export type Chunk = z.output<typeof Chunk>;

/** What a provider said, before its tool calls are read. */
export interface Gathered {
  readonly model: string | undefined;
  readonly content: string;
  readonly refusal: string;
  readonly finish: string | undefined;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly text: string }[];
  readonly usage: ModelUsage | undefined;
  readonly cachedInputTokens: number;
}

/** Collects the pieces of one reply; `add` gives what is new in a piece. */
export function gatherer(): { add(chunk: Chunk): readonly ModelDelta[]; gathered(): Gathered } {
  let model: string | undefined;
  let finish: string | undefined;
  let content = "";
  let refusal = "";
  let usage: ModelUsage | undefined;
  let cachedInputTokens = 0;
  const calls: { id: string; name: string; text: string }[] = [];

  return {
    add(chunk) {
      model ??= chunk.model ?? undefined;
      const counts = chunk.usage;
      if (typeof counts?.prompt_tokens === "number") {
        usage = { inputTokens: counts.prompt_tokens, outputTokens: counts.completion_tokens ?? 0 };
        cachedInputTokens = counts.prompt_tokens_details?.cached_tokens ?? 0;
      }
      const choice = chunk.choices?.[0];
      finish = choice?.finish_reason ?? finish;
      const said = choice?.message ?? choice?.delta;
      const deltas: ModelDelta[] = [];
      if (said?.content !== undefined && said.content !== "") {
        content += said.content;
        deltas.push({ kind: "text", text: said.content });
      }
      refusal += said?.refusal ?? "";
      for (const piece of said?.tool_calls ?? []) {
        const given = piece.function?.arguments ?? "";
        const argumentsText = typeof given === "string" ? given : JSON.stringify(given);
        // Without an index, a piece with an id opens a call and one without goes on with the last.
        const opens = piece.id !== undefined && piece.id !== null && piece.id !== "";
        const last = Math.max(0, calls.length - 1);
        const index = piece.index ?? (opens && calls[last]?.id !== piece.id ? calls.length : last);
        while (calls.length <= index) calls.push({ id: "", name: "", text: "" });
        const call = calls[index] ?? { id: "", name: "", text: "" };
        if (call.id === "") call.id = piece.id ?? "";
        if (call.name === "") call.name = piece.function?.name ?? "";
        call.text += argumentsText;
        deltas.push({ kind: "tool-call", index, name: call.name, argumentsText });
      }
      return deltas;
    },
    gathered: () => ({ model, content, refusal, finish, calls, usage, cachedInputTokens }),
  };
}

/**
 * The tool calls of a reply. Writing is repaired (quotes, commas); a cut-off argument is not.
 *
 * @throws ModelError MALFORMED_REPLY
 */
export function toolCallsOf(gathered: Gathered, modelId: string): ModelToolCall[] {
  return gathered.calls.map(({ id, name, text }, index) => {
    const read =
      text.trim() === "" ? { status: "read" as const, value: {} } : readRelaxedJson(text);
    if (read.status === "read" && isObject(read.value) && name !== "") {
      return { id: id === "" ? `call_${index + 1}` : id, name, arguments: read.value };
    }
    const why = read.status === "unread" ? read.reason : "they are no object";
    throw modelError(
      "MALFORMED_REPLY",
      gathered.finish === "length"
        ? `The reply of ${modelId} was cut off within a tool call. Raise maxTokens.`
        : `${modelId} called a tool with arguments that can not be read (${why}). Ask again.`,
      {
        model: modelId,
        paid: true,
        ...(gathered.usage !== undefined && { usage: { ...gathered.usage } }),
      },
    );
  });
}

export function finishOf({ finish, refusal }: Gathered, calls: number): ModelReply["finishReason"] {
  if (refusal !== "" || finish === "content_filter") return "refused";
  if (finish === "length") return "length";
  if (calls > 0) return "tool-calls";
  return finish === "stop" || finish === "tool_calls" ? "stop" : "other";
}
