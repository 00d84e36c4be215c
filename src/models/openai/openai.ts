/**
 * Any OpenAI-compatible endpoint, through the `openai` client: chat completions or responses, with
 * tools, streaming and structured output.
 *
 * The client does the protocol; time-outs, retries and limits are ours (call-policy.ts), so that
 * they hold for the whole reply, not for its headers alone.
 */
import { APIConnectionError, APIError } from "openai";
import { systemClock } from "../../core/clock.ts";
import { ConfigError, ModelError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { ModelReply, ModelRequest } from "../../core/ports.ts";
import { type CallPolicyOptions, callPolicy } from "../calling/call-policy.ts";
import { hasImages } from "../calling/image-places.ts";
import { httpModelError, modelError, retryAfterMs, scrub } from "../calling/model-errors.ts";
import type { StreamingModel } from "../calling/streaming.ts";
import { hasToolCallMarkup, parseToolCalls } from "../calls-in-text/tool-calls.ts";
import { withToolsInWords } from "../prompted.ts";
import { costUsd, listPrice, type ModelPrice } from "../spend/prices.ts";
import { chatTransport } from "./chat.ts";
import { OPENAI, openaiClient } from "./client.ts";
import { type Field, fieldsLearned, type MaxTokensField } from "./fields.ts";
import { responsesTransport } from "./responses.ts";
import { type Call, malformed } from "./transport.ts";
import { finishOf, type Gathered, toolCallsOf } from "./wire.ts";

export interface OpenAIModelOptions extends CallPolicyOptions {
  /** As the endpoint names it. */
  readonly model: string;
  /** With its version path. Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string;
  /** A function is asked at each attempt. Local servers need none. */
  readonly apiKey?: string | (() => string);
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
  /** Fields of the body that this port does not know, e.g. `{ top_k: 20 }`. */
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
  const fields = fieldsLearned(
    options.structuredOutput === "words" ? ["responseSchema"] : [],
    options.maxTokensField ?? (atHome ? "max_completion_tokens" : "max_tokens"),
    options.onFieldDropped ?? (() => {}),
  );
  const policy = callPolicy(id, options);
  const transport = options.api === "responses" ? responsesTransport(id) : chatTransport(id);
  const clock = options.clock ?? systemClock;
  let key = "";
  const fetchKey = (): void => {
    key = typeof apiKey === "string" ? apiKey : apiKey();
    // A server of one's own may want no key; it says so itself if it does.
    if (key === "" && !atHome) key = "none";
    if (key !== "") return;
    throw new ConfigError("MISSING_API_KEY", `${id} has no API key. Set it, or name where it is.`);
  };
  const client = openaiClient(baseUrl, () => key, options.timeoutMs);

  const attempt = async (
    request: ModelRequest,
    signal: AbortSignal,
    read: (call: Call) => Promise<Gathered>,
  ): Promise<ModelReply> => {
    const asked = tools === "words" ? withToolsInWords(request) : request;
    fetchKey();
    for (;;) {
      const { lacking, maxTokensField } = fields;
      const wire = { model, lacking, maxTokensField };
      try {
        return replyOf(
          await read({ client, request: asked, options: wire, extraBody: options.extraBody ?? {} }),
          request,
        );
      } catch (error) {
        signal.throwIfAborted();
        const refused = error instanceof APIError ? error : undefined;
        const hint = `${refused?.param ?? ""} ${refused?.message ?? ""}`;
        if (!fields.learn(refused?.status, hint, asked)) throw failureOf(error, hasImages(asked));
      }
    }
  };

  const replyOf = (gathered: Gathered, request: ModelRequest): ModelReply => {
    const native = toolCallsOf(gathered, id);
    const fromText =
      native.length === 0 &&
      request.tools !== undefined &&
      (tools === "words" || hasToolCallMarkup(gathered.content))
        ? parseToolCalls(gathered.content, request.tools)
        : undefined;
    const toolCalls = fromText === undefined ? native : fromText.calls;
    // A call that nobody can read stays in the text, for whoever can tell it back.
    const lost = toolCalls.length === 0 && (fromText?.unread.length ?? 0) > 0;
    const said = lost ? undefined : fromText;
    const cost = costUsd(gathered.usage, price, gathered.cachedInputTokens);
    return {
      content: gathered.refusal !== "" ? gathered.refusal : (said?.content ?? gathered.content),
      toolCalls,
      finishReason: finishOf(gathered, toolCalls.length),
      model: gathered.model ?? model,
      ...(gathered.usage !== undefined && { usage: gathered.usage }),
      ...(cost !== undefined && { costUsd: cost }),
    };
  };

  const failureOf = (error: unknown, images: boolean): unknown => {
    if (error instanceof ModelError || error instanceof ConfigError) return error;
    if (error instanceof APIError && typeof error.status === "number") {
      return httpModelError({
        modelId: id,
        status: error.status,
        text: error.message.replace(/^\d{3} /, ""),
        providerCode: error.code ?? error.type ?? undefined,
        retryAfterMs: retryAfterMs((name) => error.headers?.get(name), clock.now()),
        images,
        secret: key,
      });
    }
    if (error instanceof SyntaxError)
      return malformed(id, "a reply that is no JSON", options.api ?? "chat completions");
    if (error instanceof APIError && !(error instanceof APIConnectionError)) {
      // An error object inside a stream has no status.
      return modelError("MODEL_UNAVAILABLE", `${id} broke off: ${scrub(error.message, key)}`, {
        model: id,
      });
    }
    const origin = error instanceof Error ? errorCode(error) : undefined;
    return modelError(
      "MODEL_UNREACHABLE",
      `${id} could not be reached, or the connection broke${origin === undefined ? "" : ` (${origin})`}. Check the base URL and the network.`,
      { model: id, ...(origin !== undefined && { origin }) },
    );
  };

  return {
    id,
    terms,
    complete: (request, signal) =>
      policy((inner) => attempt(request, inner, (call) => transport.whole(call, inner)), signal),
    stream: (request, onDelta, signal) =>
      policy(
        (inner, run) =>
          attempt(request, inner, (call) => transport.stream(call, onDelta, run, inner)),
        signal,
      ),
  };
}

/** ECONNREFUSED and the like, from the error or what it was caused by. */
function errorCode(error: Error): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code: unknown = Object.hasOwn(at, "code") ? Reflect.get(at, "code") : undefined;
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,40}$/.test(code)) return code;
  }
  return undefined;
}
