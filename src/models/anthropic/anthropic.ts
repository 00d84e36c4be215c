/**
 * The messages dialect over fetch: a second protocol behind the same port, without a client library.
 */
import { systemClock } from "../../core/clock.ts";
import { ConfigError, ModelError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { ModelReply, ModelRequest } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import { withoutReasoning } from "../../core/text/reasoning.ts";
import { type Attempt, type CallPolicyOptions, callPolicy } from "../calling/call-policy.ts";
import { hasImages } from "../calling/image-places.ts";
import { httpModelError, modelError, retryAfterMs } from "../calling/model-errors.ts";
import { faultIn, faultOf } from "../calling/provider-fault.ts";
import { providerFetch } from "../calling/provider-fetch.ts";
import { type Part, partsOf } from "../calling/reply-body.ts";
import {
  brokenOff,
  type ModelDelta,
  type OnDelta,
  readPieces,
  type StreamingModel,
  unreachable,
} from "../calling/streaming.ts";
import { readArguments } from "../calls-in-text/arguments.ts";
import { missingKey } from "../missing-key.ts";
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
  /** The variable that the key comes from; errors name it. */
  readonly apiKeyEnv?: string;
  /** For requests that name no `maxTokens`, which the dialect demands. Default 4 096. */
  readonly maxTokens?: number;
  readonly terms?: string;
  /** Default: the list price of the host and model, if known. */
  readonly price?: ModelPrice;
  /** Fields of the body; they outrank ours. */
  readonly extraBody?: { readonly [key: string]: Json };
}

const VERSION = "2023-06-01";
const LONGEST_ERROR = 20_000;

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
  const policy = callPolicy(id, { server: baseUrl, ...options });
  const clock = options.clock ?? systemClock;
  const url = `${baseUrl.replace(/\/+$/, "")}/v1/messages`;

  let key = "";
  const send = async (request: ModelRequest, signal: AbortSignal): Promise<Response> => {
    key = typeof apiKey === "string" ? apiKey : apiKey();
    if (key === "") throw missingKey(id, options.apiKeyEnv);
    const response = await providerFetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-api-key": key,
        "anthropic-version": VERSION,
      },
      body: JSON.stringify({
        ...toBody(request, model, maxTokens),
        stream: true,
        ...options.extraBody,
      }),
      signal,
    });
    if (response.ok) return response;
    const text = (await response.text()).slice(0, LONGEST_ERROR);
    throw httpModelError({
      modelId: id,
      status: response.status,
      fault: faultOf(jsonOr(text, text)),
      retryAfterMs: retryAfterMs((name) => response.headers.get(name), clock.now()),
      images: hasImages(request),
      served: false,
      secret: key,
    });
  };

  const read = async (
    request: ModelRequest,
    onDelta: OnDelta | undefined,
    run: Attempt,
    signal: AbortSignal,
  ): Promise<Said> => {
    const response = await send(request, signal);
    const said = nothingSaid();
    // A forced schema comes as the input of a tool; to the caller it is the reply's text.
    const asText = isForced(request);
    let ended = false;
    const add = (part: Part): readonly ModelDelta[] => {
      if (part.kind === "done") return [];
      const raw = jsonOr(part.kind === "whole" ? part.text : part.data, undefined);
      const fault = faultIn(raw);
      if (fault !== undefined) {
        throw httpModelError({ modelId: id, ...fault, fault, served: true, secret: key });
      }
      if (part.kind === "whole") {
        const reply = WholeReply.safeParse(raw);
        if (!reply.success) throw malformed("a reply of an unknown shape");
        addWhole(said, reply.data);
        ended = true;
        return said.blocks.flatMap(({ type, text }) =>
          type === "text" || (asText && type === "tool_use") ? [{ kind: "text", text }] : [],
        );
      }
      const event = StreamEvent.safeParse(raw);
      if (!event.success) throw malformed("an event of an unknown shape");
      ended ||= event.data.type === "message_stop";
      const delta = addEvent(said, event.data);
      if (delta === undefined) return [];
      const forced = asText && delta.kind === "tool-call";
      return [forced ? { kind: "text", text: delta.argumentsText } : delta];
    };
    const body = response.body as AsyncIterable<Uint8Array> | null;
    await readPieces(partsOf({ body }, run), add, onDelta, run, signal);
    if (!ended && said.stop === undefined) throw brokenOff(id, baseUrl);
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
    const toolCalls = answer === undefined ? calls.flatMap((call) => callsOf(call, said.stop)) : [];
    return {
      content: answer?.text ?? withoutReasoning(text),
      toolCalls,
      finishReason: answer === undefined || said.stop !== "tool_use" ? finishOf(said.stop) : "stop",
      model: said.model ?? model,
      ...present({ usage, costUsd: cost }),
    };
  };

  const callsOf = (
    { id: callId, name, text }: Said["blocks"][number],
    stop: string | undefined,
  ): ModelReply["toolCalls"] => {
    const read = readArguments(text);
    if (read.status === "read") {
      return read.calls.map((given, index) => ({
        id: index === 0 ? callId : `${callId}_${index + 1}`,
        name,
        arguments: given,
      }));
    }
    throw modelError(
      "MALFORMED_REPLY",
      stop === "max_tokens"
        ? `The reply of ${id} was cut off within a tool call. Raise model.maxTokens.`
        : `${id} called a tool with arguments that cannot be read (${read.reason}). Ask again.`,
      { model: id, paid: true, served: true },
    );
  };

  const malformed = (what: string): ModelError =>
    modelError(
      "MALFORMED_REPLY",
      `${id} sent ${what}. Check that model.baseUrl speaks this dialect.`,
      { model: id, served: true },
    );

  const attempt = async (
    request: ModelRequest,
    onDelta: OnDelta | undefined,
    run: Attempt,
    signal: AbortSignal,
  ): Promise<ModelReply> => {
    try {
      return replyOf(await read(request, onDelta, run, signal), request);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ModelError || error instanceof ConfigError) throw error;
      throw unreachable(id, baseUrl, error);
    }
  };

  return {
    id,
    terms,
    complete: (request, signal) =>
      policy((inner, run) => attempt(request, undefined, run, inner), signal),
    stream: (request, onDelta, signal) =>
      policy((inner, run) => attempt(request, onDelta, run, inner), signal),
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
