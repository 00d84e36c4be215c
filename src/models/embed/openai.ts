/**
 * Embeddings of any OpenAI-compatible endpoint, in batches. Retries, spacing and time-outs are those of
 * every other call to a provider (call-policy.ts).
 */
import { APIConnectionError, APIError } from "openai";
import { systemClock } from "../../core/clock.ts";
import { ConfigError, type ModelError } from "../../core/errors.ts";
import type { Embedder } from "../../core/ports.ts";
import { type CallPolicyOptions, callPolicy } from "../calling/call-policy.ts";
import { httpModelError, modelError, retryAfterMs, scrub } from "../calling/model-errors.ts";
import { OPENAI, openaiClient } from "../openai/client.ts";
import { unit } from "./unit.ts";

export interface OpenAIEmbedderOptions extends CallPolicyOptions {
  readonly model: string;
  /** Asked of the endpoint; what it gives has to agree. */
  readonly dims: number;
  /** With its version path. Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string;
  /** Asked at each request. Local servers need none. */
  readonly apiKey?: () => string;
}

/** What endpoints take at once; some take no more. */
const BATCH = 256;
/** About 8,000 tokens, which is the shortest window among models in use. */
const LONGEST_TEXT = 24_000;

export function openaiEmbedder({
  model,
  dims,
  baseUrl = OPENAI,
  apiKey = () => "none",
  ...limits
}: OpenAIEmbedderOptions): Embedder {
  const id = `openai:${model}@${dims}`;
  const policy = callPolicy(id, limits);
  const clock = limits.clock ?? systemClock;
  let key = "";
  const client = openaiClient(baseUrl, () => key, limits.timeoutMs);

  async function batch(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const input = texts.map((text) => text.slice(0, LONGEST_TEXT) || " ");
    try {
      const { data } = await client.embeddings.create(
        { model, input, dimensions: dims, encoding_format: "float" },
        { signal },
      );
      const ordered = [...data].sort((a, z) => a.index - z.index);
      if (ordered.length === texts.length) {
        return ordered.map(({ embedding }) => checked(embedding));
      }
      throw malformed(`${texts.length} vectors`, `${ordered.length}`);
    } catch (error) {
      signal.throwIfAborted();
      throw failureOf(error);
    }
  }

  function checked(embedding: readonly number[]): Float32Array {
    if (embedding.length !== dims || !embedding.every(Number.isFinite)) {
      throw malformed(`${dims} numbers`, `${embedding.length}`);
    }
    return unit(Float32Array.from(embedding));
  }

  function malformed(expected: string, got: string): ModelError {
    return modelError(
      "MALFORMED_REPLY",
      `${id}: expected ${expected}, got ${got}. Set embedder.dims to what the model gives.`,
    );
  }

  function failureOf(error: unknown): unknown {
    if (error instanceof APIConnectionError) {
      const words = scrub(String(error.cause ?? error.message), key);
      return modelError("MODEL_UNREACHABLE", `${id} can not be reached at ${baseUrl}: ${words}`);
    }
    if (!(error instanceof APIError) || error.status === undefined) return error;
    return httpModelError({
      modelId: id,
      status: error.status,
      text: error.message,
      providerCode: error.code ?? undefined,
      retryAfterMs: retryAfterMs((name) => error.headers?.get(name), clock.now()),
      secret: key,
    });
  }

  return {
    id,
    dims,
    async embed(texts, _, signal) {
      key = apiKey() || (baseUrl === OPENAI ? "" : "none");
      if (key === "") {
        throw new ConfigError(
          "MISSING_API_KEY",
          `${id} has no API key: set it, or configure another embedder.`,
        );
      }
      const batches: Promise<Float32Array[]>[] = [];
      for (let from = 0; from < texts.length; from += BATCH) {
        batches.push(policy((inner) => batch(texts.slice(from, from + BATCH), inner), signal));
      }
      return (await Promise.all(batches)).flat();
    },
  };
}
