/** What a model's server tells of itself: its models, and how much context the configured one has. */
import { driverName, type ModelConfig } from "../core/config.ts";
import { ModelError } from "../core/errors.ts";
import { httpModelError, modelError } from "./calling/model-errors.ts";
import { faultOf } from "./calling/provider-fault.ts";
import { providerFetch } from "./calling/provider-fetch.ts";
import { unreachable } from "./calling/streaming.ts";

export interface ServerAddress extends Pick<ModelConfig, "driver" | "provider" | "model"> {
  readonly baseUrl: string;
  readonly key: string;
}

export interface ModelList {
  readonly models: readonly string[];
  /** Of the configured model; absent: the server does not say. */
  readonly contextTokens?: number;
}

const PATIENCE_MS = 5_000;
const LONGEST = 1_000_000;

/**
 * @returns undefined if the server lists no models.
 * @throws ModelError if it cannot be reached, refuses the key or is not ready.
 */
export async function listModels(
  address: ServerAddress,
  signal: AbortSignal,
): Promise<ModelList | undefined> {
  const { baseUrl, model, key } = address;
  const base = baseUrl.replace(/\/+$/, "");
  const anthropic = driverName(address) === "anthropic";
  const response = await get(address, anthropic ? `${base}/v1/models` : `${base}/models`, signal);
  if ([404, 405, 501].includes(response.status)) return undefined;
  const text = (await response.text()).slice(0, LONGEST);
  const body = parsed(text);
  if (!response.ok) {
    throw httpModelError({
      modelId: model,
      status: response.status,
      fault: faultOf(body ?? text),
      served: false,
      secret: key,
    });
  }
  const entries = [fields(body)?.data, fields(body)?.models, body].find(Array.isArray) ?? [];
  const named = entries.flatMap((entry: unknown) => {
    const { id, name } = fields(entry) ?? {};
    const said = [id, name].find((each) => typeof each === "string");
    return said === undefined ? [] : [{ name: said, entry }];
  });
  if (named.length === 0) return undefined;
  const own =
    named.find(({ name }) => name === model) ?? (named.length === 1 ? named[0] : undefined);
  const told =
    contextIn(own?.entry) ?? (anthropic ? undefined : await servedContext(address, signal));
  return {
    models: named.map(({ name }) => name),
    ...(told === undefined ? {} : { contextTokens: told }),
  };
}

/** Names of servers that say it in their list: vLLM, OpenRouter, LM Studio, Groq, llama.cpp. */
function contextIn(entry: unknown): number | undefined {
  const told = fields(entry) ?? {};
  const meta = fields(told.meta) ?? {};
  return [
    told.max_model_len,
    told.loaded_context_length,
    told.context_length,
    told.context_window,
    told.max_context_length,
    meta.n_ctx,
  ].find(isSize);
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}

/** llama.cpp says it beside its list; the list has only what the model was trained for. */
async function servedContext(
  address: ServerAddress,
  signal: AbortSignal,
): Promise<number | undefined> {
  const origin = new URL(address.baseUrl).origin;
  // Other servers have no such path.
  const response = await get(address, `${origin}/props`, signal).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  const props = fields(parsed((await response.text()).slice(0, LONGEST))) ?? {};
  const slot = fields(props.default_generation_settings) ?? {};
  return [slot.n_ctx, props.n_ctx].find(isSize);
}

async function get(address: ServerAddress, url: string, signal: AbortSignal): Promise<Response> {
  const { baseUrl, model, key } = address;
  const headers =
    driverName(address) === "anthropic"
      ? { "x-api-key": key, "anthropic-version": "2023-06-01" }
      : { authorization: `Bearer ${key}` };
  const late = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await providerFetch(url, { headers, signal: AbortSignal.any([signal, late]) });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ModelError) throw error;
    if (!late.aborted) throw unreachable(model, baseUrl, error);
    throw modelError(
      "MODEL_TIMEOUT",
      `${new URL(url).origin} has sent nothing for ${PATIENCE_MS / 1_000} s. Check that the server runs there and is not busy.`,
      { model },
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
