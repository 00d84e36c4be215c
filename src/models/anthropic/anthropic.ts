/**
 * The messages dialect over fetch: a second protocol behind the same port, without a client library.
 */
import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import { systemClock } from "../../core/clock.ts";
import { ConfigError, ModelError } from "../../core/errors.ts";
import type { ModelReply, ModelRequest } from "../../core/ports.ts";
import { type Attempt, type CallPolicyOptions, callPolicy } from "../calling/call-policy.ts";
import { hasImages } from "../calling/image-places.ts";
import { httpModelError, modelError, retryAfterMs } from "../calling/model-errors.ts";
import {
  brokenOff,
  type ModelDelta,
  type OnDelta,
  readPieces,
  type StreamingModel,
} from "../calling/streaming.ts";
import { parseRelaxedJson } from "../calls-in-text/relaxed-json.ts";
import { isObject } from "../calls-in-text/shapes.ts";
import { costUsd, listPrice, type ModelPrice } from "../spend/prices.ts";
import {
  addEvent,
  addWhole,
  finishOf,
  nothingSaid,
  type Said,
  StreamEvent,
  toBody,
  WholeReply,
} from "./wire.ts";

export interface AnthropicModelOptions extends CallPolicyOptions {
  readonly model: string;
  /** Without the version path. Default `https://api.anthropic.com`. */
  readonly baseUrl?: string;
  /** A function is asked at each attempt. */
  readonly apiKey: string | (() => string);
  /** For requests that name no `maxTokens`, which the dialect demands. Default 4 096. */
  readonly maxTokens?: number;
  readonly terms?: string;
  /** Default: the list price of the host and model, if known. */
  readonly price?: ModelPrice;
}

const VERSION = "2023-06-01";
const LONGEST_ERROR = 20_000;
/** In characters; a longer event is no reply of a model. */
const LONGEST_EVENT = 4_000_000;

/** @throws ConfigError BAD_CONFIG if the model's name is empty or the base URL is none. */
export function anthropicModel(options: AnthropicModelOptions): StreamingModel {
  const { model, apiKey, maxTokens = 4_096, terms = "unknown" } = options;
  const { baseUrl = "https://api.anthropic.com" } = options;
  if (model === "" || !URL.canParse(baseUrl)) {
    throw new ConfigError(
      "BAD_CONFIG",
      "A model needs a name and a base URL such as https://host. Set both.",
      {
        facts: { model },
      },
    );
  }
  const id = `anthropic:${model}`;
  const price = options.price ?? listPrice(baseUrl, model);
  const policy = callPolicy(id, options);
  const clock = options.clock ?? systemClock;
  const url = `${baseUrl.replace(/\/+$/, "")}/v1/messages`;

  const send = async (
    request: ModelRequest,
    stream: boolean,
    signal: AbortSignal,
  ): Promise<Response> => {
    const key = typeof apiKey === "string" ? apiKey : apiKey();
    if (key === "") {
      throw new ConfigError(
        "MISSING_API_KEY",
        `${id} has no API key. Set it, or name where it is.`,
      );
    }
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-api-key": key,
        "anthropic-version": VERSION,
      },
      body: JSON.stringify({
        ...toBody(request, model, maxTokens),
        ...(stream && { stream: true }),
      }),
      // A redirect would carry the key to another host.
      redirect: "error",
      signal,
    });
    if (response.ok) return response;
    const text = (await response.text()).slice(0, LONGEST_ERROR);
    const said = StreamEvent.safeParse(jsonOr(text, { type: "error" }));
    throw httpModelError({
      modelId: id,
      status: response.status,
      text: said.data?.error?.message ?? text,
      providerCode: said.data?.error?.type ?? undefined,
      retryAfterMs: retryAfterMs((name) => response.headers.get(name), clock.now()),
      images: hasImages(request),
      secret: key,
    });
  };

  const whole = async (request: ModelRequest, signal: AbortSignal): Promise<Said> => {
    const response = await send(request, false, signal);
    const reply = WholeReply.safeParse(jsonOr(await response.text(), undefined));
    if (!reply.success) throw malformed("a reply of an unknown shape");
    const said = nothingSaid();
    addWhole(said, reply.data);
    return said;
  };

  const streamed = async (
    request: ModelRequest,
    onDelta: OnDelta,
    run: Attempt,
    signal: AbortSignal,
  ): Promise<Said> => {
    const { body } = await send(request, true, signal);
    if (body === null) throw brokenOff(id);
    const messages = body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ maxBufferSize: LONGEST_EVENT }));
    const said = nothingSaid();
    // A forced schema comes as the input of a tool; to the caller it is the reply's text.
    const asText = isForced(request);
    let ended = false;
    const add = ({ data }: EventSourceMessage): readonly ModelDelta[] => {
      const event = StreamEvent.safeParse(jsonOr(data, undefined));
      if (!event.success) throw malformed("an event of an unknown shape");
      if (event.data.type === "error") throw streamError(event.data);
      ended ||= event.data.type === "message_stop";
      const delta = addEvent(said, event.data);
      if (delta === undefined) return [];
      const forced = asText && delta.kind === "tool-call";
      return [forced ? { kind: "text", text: delta.argumentsText } : delta];
    };
    await readPieces(messages, add, onDelta, run, signal);
    if (!ended) throw brokenOff(id);
    return said;
  };

  const replyOf = (said: Said, request: ModelRequest): ModelReply => {
    const calls = said.blocks.filter(({ type }) => type === "tool_use");
    const text = said.blocks
      .filter(({ type }) => type === "text")
      .map((block) => block.text)
      .join("");
    const usage =
      said.inputTokens === undefined
        ? undefined
        : { inputTokens: said.inputTokens, outputTokens: said.outputTokens };
    const cost = costUsd(usage, price, said.cachedInputTokens);
    const answer = isForced(request) ? calls[0] : undefined;
    const toolCalls = answer === undefined ? calls.map((call) => toolCall(call, said.stop)) : [];
    return {
      content: answer?.text ?? text,
      toolCalls,
      finishReason: answer === undefined || said.stop !== "tool_use" ? finishOf(said.stop) : "stop",
      model: said.model ?? model,
      ...(usage !== undefined && { usage }),
      ...(cost !== undefined && { costUsd: cost }),
    };
  };

  const toolCall = (
    { id: callId, name, text }: Said["blocks"][number],
    stop: string | undefined,
  ): ModelReply["toolCalls"][number] => {
    const read = text === "" ? { status: "read" as const, value: {} } : parseRelaxedJson(text);
    if (read.status === "read" && isObject(read.value)) {
      return { id: callId, name, arguments: read.value };
    }
    throw modelError(
      "MALFORMED_REPLY",
      stop === "max_tokens"
        ? `The reply of ${id} was cut off within a tool call. Raise maxTokens.`
        : `${id} called a tool with arguments that can not be read. Ask again.`,
      { model: id, paid: true },
    );
  };

  const malformed = (what: string): ModelError =>
    modelError(
      "MALFORMED_REPLY",
      `${id} sent ${what}. Check that the base URL speaks this dialect.`,
      {
        model: id,
      },
    );

  const streamError = ({ error }: StreamEvent): ModelError =>
    modelError(
      error?.type === "rate_limit_error" ? "MODEL_RATE_LIMITED" : "MODEL_UNAVAILABLE",
      `${id} broke off in the middle of a reply (${/^[a-z_]{1,40}$/.exec(error?.type ?? "")?.[0] ?? "no reason"}). Ask again.`,
      { model: id },
    );

  const guarded = async (
    signal: AbortSignal,
    request: ModelRequest,
    said: Promise<Said>,
  ): Promise<ModelReply> => {
    try {
      return replyOf(await said, request);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ModelError || error instanceof ConfigError) throw error;
      throw modelError(
        "MODEL_UNREACHABLE",
        `${id} could not be reached, or the connection broke. Check the base URL and the network.`,
        { model: id },
      );
    }
  };

  return {
    id,
    terms,
    complete: (request, signal) =>
      policy((inner) => guarded(inner, request, whole(request, inner)), signal),
    stream: (request, onDelta, signal) =>
      policy(
        (inner, run) => guarded(inner, request, streamed(request, onDelta, run, inner)),
        signal,
      ),
  };
}

function isForced({ responseSchema, tools }: ModelRequest): boolean {
  return responseSchema !== undefined && (tools ?? []).length === 0;
}

function jsonOr(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return otherwise;
    throw error;
  }
}
