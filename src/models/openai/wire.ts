/**
 * The chat completions dialect: our request to its body, its reply and its stream of pieces to ours.
 * Pure; chat.ts sends and receives.
 */
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { z } from "zod";
import type { ModelMessage, ModelReply, ModelRequest, ModelUsage } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import { imagesByUser, imageUrl } from "../calling/image-places.ts";
import type { ModelDelta } from "../calling/streaming.ts";
import { withSchemaInWords } from "../prompted.ts";
import { isStrict, sentSchema, toolParameters } from "../sent-schema.ts";
import { callGatherer, type GatheredCall } from "./calls.ts";
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
): Omit<ChatCompletionCreateParamsNonStreaming, "stream"> {
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
          function: { name, description, parameters: toolParameters(parameters) },
        })),
        ...present({ tool_choice: request.toolChoice }),
      }),
    ...(schema !== undefined &&
      !inWords && {
        response_format: {
          type: "json_schema" as const,
          json_schema: {
            name: schema.name,
            schema: sentSchema(schema.schema),
            strict: isStrict(schema.schema),
          },
        },
      }),
    ...(request.temperature !== undefined &&
      has("temperature") && { temperature: request.temperature }),
    ...(request.seed !== undefined && has("seed") && { seed: request.seed }),
    ...(request.stop !== undefined && has("stop") && { stop: [...request.stop] }),
    ...present({ [maxTokensField]: request.maxTokens }),
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

/** Text, or parts of which some are text. Where servers differ, a field of another type is absent. */
const Text = z
  .union([z.string(), z.array(z.looseObject({ text: z.string().nullish().catch(null) }))])
  .nullish()
  .transform((text) =>
    typeof text === "string" ? text : (text ?? []).map((part) => part.text ?? "").join(""),
  );
const maybe = <Shape extends z.ZodType>(shape: Shape) => shape.nullish().catch(undefined);
const Count = maybe(z.coerce.number().min(0).max(1e12));
const Usage = z.looseObject({
  prompt_tokens: z.number(),
  completion_tokens: Count,
  prompt_tokens_details: maybe(z.looseObject({ cached_tokens: Count })),
});
const ToolCallPiece = z.looseObject({
  index: maybe(z.int()),
  id: maybe(z.union([z.string(), z.number()]).transform(String)),
  function: maybe(
    z.looseObject({
      name: maybe(z.string()),
      /** Text by the protocol; some servers send the object. */
      arguments: z.unknown(),
    }),
  ),
});
const Message = z.looseObject({
  content: Text,
  refusal: maybe(z.string()),
  tool_calls: maybe(z.array(ToolCallPiece)),
});

/** A whole reply, or one piece of a stream: the same shape but for the name of the message. */
export const Chunk = z.looseObject({
  model: maybe(z.string()),
  choices: z
    .array(
      z.looseObject({
        finish_reason: maybe(z.string()),
        message: Message.nullish(),
        delta: Message.nullish(),
      }),
    )
    .nullish(),
  usage: maybe(Usage),
});
export type Chunk = z.output<typeof Chunk>;

/** What a provider said, before its tool calls are read. */
export interface Gathered {
  readonly model: string | undefined;
  readonly content: string;
  readonly refusal: string;
  readonly finish: string | undefined;
  readonly calls: readonly GatheredCall[];
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
  const calls = callGatherer();

  return {
    add(chunk) {
      model ??= chunk.model ?? undefined;
      const counts = chunk.usage;
      // Some servers count on in every piece: the last word counts.
      if (counts !== undefined && counts !== null) {
        usage = { inputTokens: counts.prompt_tokens, outputTokens: counts.completion_tokens ?? 0 };
        cachedInputTokens = counts.prompt_tokens_details?.cached_tokens ?? 0;
      }
      const choice = chunk.choices?.[0];
      finish = choice?.finish_reason || finish;
      const said = choice?.message ?? choice?.delta;
      const deltas: ModelDelta[] = [];
      if (said?.content !== undefined && said.content !== "") {
        content += said.content;
        deltas.push({ kind: "text", text: said.content });
      }
      refusal += said?.refusal ?? "";
      const whole = choice?.message !== undefined && choice.message !== null;
      for (const piece of said?.tool_calls ?? []) {
        const given = piece.function?.arguments ?? "";
        const text = typeof given === "string" ? given : JSON.stringify(given);
        const name = piece.function?.name ?? undefined;
        const index = calls.add({
          index: piece.index ?? undefined,
          id: piece.id ?? undefined,
          name,
          text,
          whole,
        });
        if (index === undefined) continue;
        const called = calls.calls()[index]?.name ?? "";
        deltas.push({ kind: "tool-call", index, name: called, argumentsText: text });
      }
      return deltas;
    },
    gathered: () => ({
      model,
      content,
      refusal,
      finish,
      calls: calls.calls(),
      usage,
      cachedInputTokens,
    }),
  };
}

/** Why the reply ended; servers have words of their own for the same reasons. */
export function finishOf({ finish, refusal }: Gathered, calls: number): ModelReply["finishReason"] {
  const reason = finish?.toLowerCase();
  if (refusal !== "" || reason === "content_filter" || reason === "safety") return "refused";
  if (reason === "length" || reason === "max_tokens" || reason === "model_length") return "length";
  if (calls > 0) return "tool-calls";
  const stops = ["stop", "eos", "eos_token", "end_turn", "stop_sequence", "tool_calls"];
  return reason !== undefined && stops.includes(reason) ? "stop" : "other";
}
