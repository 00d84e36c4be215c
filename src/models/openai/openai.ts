/**
 * Any OpenAI-compatible endpoint, through the `openai` client: chat completions or responses, with
 * tools, streaming and structured output.
 *
 * The client does the protocol; time limits, retries and concurrency are ours (call-policy.ts), so that
 * they hold for the whole reply, not for its headers alone.
 */
import { APIConnectionError, APIError } from "openai";
import { systemClock } from "../../core/clock.ts";
import { ConfigError, ModelError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { ModelReply, ModelRequest } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import { withoutReasoning } from "../../core/text/reasoning.ts";
import { type Attempt, type CallPolicyOptions, callPolicy } from "../calling/call-policy.ts";
import { hasImages } from "../calling/image-places.ts";
import { httpModelError, modelError, retryAfterMs } from "../calling/model-errors.ts";
import { faultOf, type ProviderFault } from "../calling/provider-fault.ts";
import { type OnDelta, type StreamingModel, unreachable } from "../calling/streaming.ts";
import { hasToolCallMarkup, parseToolCalls } from "../calls-in-text/tool-calls.ts";
import { missingKey } from "../missing-key.ts";
import { withToolsInWords } from "../prompted.ts";
import { costUsd, listPrice, type ModelPrice } from "../spend/prices.ts";
import { readCalls } from "./calls.ts";
import { chatTransport } from "./chat.ts";
import { OPENAI, openaiClient } from "./client.ts";
import { type Field, fieldsLearned, type MaxTokensField } from "./fields.ts";
import { responsesTransport } from "./responses.ts";
import { finishOf, type Gathered } from "./wire.ts";

export interface OpenAIModelOptions extends CallPolicyOptions {
  /** As the endpoint names it. */
  readonly model: string;
  /** With its version path. Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string;
  /** A function is asked at each attempt. Local servers need none. */
  readonly apiKey?: string | (() => string);
  /** The variable that the key comes from; errors name it. */
  readonly apiKeyEnv?: string;
  /** Whether outputs may train another model. Default "unknown". */
  readonly terms?: string;
  /** Default: the list price of the host and model, if known. */
  readonly price?: ModelPrice;
  /** Default `chat`: chat completions, which every compatible endpoint offers. */
  readonly api?: "chat" | "responses";
  /** `words`: tools and schemas go into the prompt, and calls are read from the text. */
  readonly tools?: "native" | "words";
  /** Default `native`; falls back to words when the endpoint refuses the field. */
  readonly structuredOutput?: "native" | "words";
  /** Default: `max_completion_tokens` at OpenAI, `max_tokens` elsewhere. */
  readonly maxTokensField?: MaxTokensField;
  /** Fields of the body, e.g. `{ top_k: 20 }`; they outrank ours. */
  readonly extraBody?: { readonly [key: string]: Json };
  /** Told once for each request field that the endpoint refused and that is left out since. */
  readonly onFieldDropped?: (field: Field) => void;
}

/** @throws ConfigError BAD_CONFIG if the model's name is empty or the base URL is none. */
export function openaiModel(options: OpenAIModelOptions): StreamingModel {
  const { model, baseUrl = OPENAI, apiKey = "none", terms = "unknown", tools = "native" } = options;
  if (model === "" || !URL.canParse(baseUrl)) {
    throw new ConfigError(
      "BAD_CONFIG",
      "A model needs a name and a base URL such as https://host/v1. Set both.",
      { facts: { model } },
    );
  }
  const id = `openai:${model}`;
  const price = options.price ?? listPrice(baseUrl, model);
  const atHome = new URL(baseUrl).hostname === "api.openai.com";
  const fields = fieldsLearned({
    baseUrl,
    model,
    lacking: [
      ...(options.structuredOutput === "words" ? (["responseSchema"] as const) : []),
      ...(tools === "words" ? (["tools"] as const) : []),
    ],
    maxTokensField: options.maxTokensField ?? (atHome ? "max_completion_tokens" : "max_tokens"),
    onDropped: options.onFieldDropped ?? (() => {}),
  });
  const policy = callPolicy(id, { server: baseUrl, ...options });
  const transport = options.api === "responses" ? responsesTransport(id) : chatTransport(id);
  const clock = options.clock ?? systemClock;
  let key = "";
  const fetchKey = (): void => {
    key = typeof apiKey === "string" ? apiKey : apiKey();
    // A server of one's own may want no key; it says so itself if it does.
    if (key === "" && !atHome) key = "none";
    if (key !== "") return;
    throw missingKey(id, options.apiKeyEnv);
  };
  const client = openaiClient(baseUrl, () => key);

  const attempt = async (
    request: ModelRequest,
    onDelta: OnDelta | undefined,
    run: Attempt,
    signal: AbortSignal,
  ): Promise<ModelReply> => {
    fetchKey();
    for (;;) {
      const { lacking, maxTokensField } = fields;
      const inWords = lacking.has("tools");
      const asked = inWords ? withToolsInWords(request) : request;
      const images = hasImages(asked);
      const broken = (fault: ProviderFault & { readonly status: number }): ModelError =>
        httpModelError({ modelId: id, ...fault, fault, images, served: true, secret: key });
      try {
        const call = {
          client,
          request: asked,
          options: { model, lacking, maxTokensField },
          extraBody: options.extraBody ?? {},
          broken,
        };
        return replyOf(await transport(call, onDelta, run, signal), request, inWords);
      } catch (error) {
        signal.throwIfAborted();
        const refused = refusalIn(error);
        const hint = `${refused?.fault.param ?? ""} ${refused?.fault.code ?? ""} ${refused?.fault.message ?? ""}`;
        const sent = { lacking, maxTokensField };
        if (!fields.learn(refused?.status, hint, asked, sent)) throw failureOf(error, images);
      }
    }
  };

  const replyOf = (gathered: Gathered, request: ModelRequest, inWords: boolean): ModelReply => {
    const native = readCalls(gathered.calls);
    if (typeof native === "string") throw unreadable(gathered, native);
    const content = withoutReasoning(gathered.content);
    const fromText =
      native.length === 0 && request.tools !== undefined && (inWords || hasToolCallMarkup(content))
        ? parseToolCalls(content, request.tools)
        : undefined;
    const toolCalls = fromText === undefined ? native : fromText.calls;
    // A call that cannot be read stays in the text: the caller can report it to the model.
    const lost = toolCalls.length === 0 && (fromText?.unread.length ?? 0) > 0;
    const said = lost ? undefined : fromText;
    const cost = costUsd(gathered.usage, price, gathered.cachedInputTokens);
    return {
      content: gathered.refusal !== "" ? gathered.refusal : (said?.content ?? content),
      toolCalls,
      finishReason: finishOf(gathered, toolCalls.length),
      model: gathered.model ?? model,
      ...present({ usage: gathered.usage, costUsd: cost }),
    };
  };

  const unreadable = ({ finish, usage }: Gathered, why: string): ModelError =>
    modelError(
      "MALFORMED_REPLY",
      finish === "length"
        ? `The reply of ${id} was cut off within a tool call. Raise model.maxTokens.`
        : `${id} called a tool with arguments that cannot be read (${why}). Ask again.`,
      { model: id, paid: true, served: true, ...(usage !== undefined && { usage: { ...usage } }) },
    );

  const failureOf = (error: unknown, images: boolean): unknown => {
    if (error instanceof ModelError || error instanceof ConfigError) return error;
    const refused = refusalIn(error);
    if (refused === undefined) return unreachable(id, baseUrl, error);
    const { status, fault, headers } = refused;
    return httpModelError({
      modelId: id,
      status,
      fault,
      retryAfterMs: retryAfterMs((name) => headers?.get(name), clock.now()),
      images,
      served: false,
      secret: key,
    });
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

/** What the client keeps of a refusal: the body where it was JSON, else its text. */
export function refusalIn(error: unknown):
  | {
      readonly status: number;
      readonly fault: ProviderFault;
      readonly headers: Headers | undefined;
    }
  | undefined {
  if (!(error instanceof APIError) || error instanceof APIConnectionError) return undefined;
  const { status, headers } = error as { status?: number; headers?: Headers };
  if (status === undefined) return undefined;
  const text = error.message.replace(/^\d{3} /, "");
  const body = error.error ?? (text === "status code (no body)" ? "" : text);
  return { status, fault: faultOf(body), headers };
}
