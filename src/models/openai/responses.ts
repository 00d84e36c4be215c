/**
 * The responses interface through the official client. It has no field for a
 * seed or stop words; nothing is stored at the provider.
 */
import type {
  ResponseCreateParamsNonStreaming,
  ResponseCreateParamsStreaming,
  ResponseInputItem,
} from "openai/resources/responses/responses";
import { z } from "zod";
import type { Image } from "../../core/image.ts";
import type { ModelMessage, ModelRequest } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import { imageUrl } from "../calling/image-places.ts";
import { modelError, scrub } from "../calling/model-errors.ts";
import { faultOf } from "../calling/provider-fault.ts";
import { withSchemaInWords } from "../prompted.ts";
import { isStrict, sentSchema, toolParameters } from "../sent-schema.ts";
import { type Gatherer, malformed, type Transport, transportOf } from "./transport.ts";
import type { WireOptions } from "./wire.ts";

const ENDPOINT = "responses";

export function responsesTransport(id: string): Transport {
  return transportOf(id, {
    endpoint: ENDPOINT,
    ask: ({ client, request, options, extraBody }, signal) => {
      const body: ResponseCreateParamsStreaming = {
        ...toResponsesBody(request, options),
        stream: true,
        ...extraBody,
      };
      return client.responses.create(body, { signal }).asResponse();
    },
    gatherer: () => responseGatherer(id),
  });
}

/** The body of one call. A schema that the endpoint has no field for goes into the words. */
function toResponsesBody(
  request: ModelRequest,
  { model, lacking }: Pick<WireOptions, "model" | "lacking">,
): Omit<ResponseCreateParamsNonStreaming, "stream"> {
  const schema = request.responseSchema;
  const inWords = schema !== undefined && lacking.has("responseSchema");
  const messages = inWords ? withSchemaInWords(request.messages, schema.schema) : request.messages;
  return {
    model,
    store: false,
    input: messages.flatMap(toItems),
    ...(request.tools !== undefined &&
      request.tools.length > 0 && {
        tools: request.tools.map(({ name, description, parameters }) => ({
          type: "function" as const,
          name,
          description,
          parameters: toolParameters(parameters),
          strict: false,
        })),
        ...present({ tool_choice: request.toolChoice }),
      }),
    ...(schema !== undefined &&
      !inWords && {
        text: {
          format: {
            type: "json_schema" as const,
            name: schema.name,
            schema: sentSchema(schema.schema),
            strict: isStrict(schema.schema),
          },
        },
      }),
    ...(request.temperature !== undefined &&
      !lacking.has("temperature") && { temperature: request.temperature }),
    ...present({ max_output_tokens: request.maxTokens }),
  };
}

function toItems(message: ModelMessage): ResponseInputItem[] {
  if (message.role === "tool") {
    const { content, images = [] } = message;
    const output = images.length === 0 ? content : contentOf(content, images);
    return [{ type: "function_call_output", call_id: message.toolCallId, output }];
  }
  const { role, content } = message;
  if (role === "user" && message.images !== undefined && message.images.length > 0) {
    return [{ role, content: contentOf(content, message.images) }];
  }
  const said: ResponseInputItem[] = content === "" ? [] : [{ role, content }];
  const calls = message.role === "assistant" ? (message.toolCalls ?? []) : [];
  return [
    ...said,
    ...calls.map(({ id, name, arguments: given }) => ({
      type: "function_call" as const,
      call_id: id,
      name,
      arguments: JSON.stringify(given),
    })),
  ];
}

function contentOf(text: string, images: readonly Image[]) {
  return [
    ...(text === "" ? [] : [{ type: "input_text" as const, text }]),
    ...images.map((image) => ({
      type: "input_image" as const,
      image_url: imageUrl(image),
      detail: "auto" as const,
    })),
  ];
}

const Item = z.looseObject({
  type: z.string(),
  id: z.string().nullish(),
  call_id: z.string().nullish(),
  name: z.string().nullish(),
  arguments: z.string().nullish(),
  content: z
    .array(
      z.looseObject({
        type: z.string(),
        text: z.string().nullish(),
        refusal: z.string().nullish(),
      }),
    )
    .nullish(),
});
const Whole = z.looseObject({
  model: z.string().nullish(),
  status: z.string().nullish(),
  output: z.array(Item),
  incomplete_details: z.looseObject({ reason: z.string().nullish() }).nullish(),
  error: z.unknown(),
  usage: z
    .looseObject({
      input_tokens: z.number(),
      output_tokens: z.number(),
      input_tokens_details: z.looseObject({ cached_tokens: z.number().nullish() }).nullish(),
    })
    .nullish(),
});
type Whole = z.output<typeof Whole>;
const Piece = z.looseObject({
  type: z.string(),
  delta: z.unknown().optional(),
  output_index: z.int().nullish(),
  item: Item.nullish(),
  response: z.unknown().optional(),
});

/** Collects a reply out of its stream, or out of its whole. */
function responseGatherer(id: string): Gatherer {
  let content = "";
  let refusal = "";
  let last: Whole | undefined;
  const calls = new Map<number, { id: string; name: string; text: string }>();

  const open = ({ call_id, id: itemId, name, arguments: text }: z.output<typeof Item>) => ({
    id: call_id ?? itemId ?? "",
    name: name ?? "",
    text: text ?? "",
  });
  const read = <Shape>(schema: z.ZodType<Shape>, raw: unknown, what: string): Shape => {
    const parsed = schema.safeParse(raw);
    if (!parsed.success) throw malformed(id, `${what} of an unknown shape`, ENDPOINT);
    return parsed.data;
  };
  const end = (whole: Whole): void => {
    if (whole.status === "failed") {
      const { code, message } = faultOf(whole.error);
      throw modelError(
        "MODEL_UNAVAILABLE",
        `${id} gave up${code === undefined ? "" : ` (${code})`}: ${message === "" ? "no reason was given" : scrub(message, "")}. Ask again.`,
        { model: id, served: true },
      );
    }
    last = whole;
    // A stream has said all of it already.
    if (content !== "" || refusal !== "" || calls.size > 0) return;
    for (const [index, item] of whole.output.entries()) {
      if (item.type === "function_call") calls.set(index, open(item));
      for (const part of item.content ?? []) {
        if (part.type === "output_text") content += part.text ?? "";
        refusal += part.refusal ?? "";
      }
    }
  };
  return {
    whole: (raw) => end(read(Whole, raw, "a reply")),
    piece(raw) {
      const { type, delta, output_index, item, response } = read(Piece, raw, "a piece");
      const index = output_index ?? 0;
      const text = typeof delta === "string" ? delta : "";
      switch (type) {
        case "response.output_text.delta":
          content += text;
          return text === "" ? [] : [{ kind: "text", text }];
        case "response.refusal.delta":
          refusal += text;
          return [];
        case "response.output_item.added":
          if (item?.type === "function_call") calls.set(index, open(item));
          return [];
        case "response.function_call_arguments.delta": {
          const call = calls.get(index);
          if (call === undefined || text === "") return [];
          call.text += text;
          const place = [...calls.keys()].indexOf(index);
          return [{ kind: "tool-call", index: place, name: call.name, argumentsText: text }];
        }
        case "response.completed":
        case "response.incomplete":
        case "response.failed":
          end(read(Whole, response, "an end"));
          return [];
        default:
          return [];
      }
    },
    gathered: () => ({
      model: last?.model ?? undefined,
      content,
      refusal,
      finish: finishOf(last),
      calls: [...calls.values()],
      usage:
        last?.usage == null
          ? undefined
          : { inputTokens: last.usage.input_tokens, outputTokens: last.usage.output_tokens },
      cachedInputTokens: last?.usage?.input_tokens_details?.cached_tokens ?? 0,
    }),
  };
}

/** In the words of chat completions. */
function finishOf(whole: Whole | undefined): string | undefined {
  if (whole === undefined) return undefined;
  if (whole.status !== "incomplete") return "stop";
  return whole.incomplete_details?.reason === "content_filter" ? "content_filter" : "length";
}
