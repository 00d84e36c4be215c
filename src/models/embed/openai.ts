/**
 * Embeddings of any OpenAI-compatible endpoint, in batches. Retries, spacing and time limits are those of
 * every other call to a provider (call-policy.ts).
 */
import { APIConnectionError } from "openai";
import { z } from "zod";
import { systemClock } from "../../core/clock.ts";
import { ModelError } from "../../core/errors.ts";
import type { Embedder } from "../../core/ports.ts";
import { type CallPolicyOptions, callPolicy } from "../calling/call-policy.ts";
import { httpModelError, modelError, retryAfterMs } from "../calling/model-errors.ts";
import { faultIn } from "../calling/provider-fault.ts";
import { unreachable } from "../calling/streaming.ts";
import { missingKey } from "../missing-key.ts";
import { OPENAI, openaiClient } from "../openai/client.ts";
import { refusalIn } from "../openai/openai.ts";
import { unit } from "./unit.ts";

export interface OpenAIEmbedderOptions extends CallPolicyOptions {
  readonly model: string;
  /** Asked of the endpoint; what it gives has to agree. */
  readonly dims: number;
  /** With its version path. Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string;
  /** Asked at each request. Local servers need none. */
  readonly apiKey?: () => string;
  /** The variable that the key comes from; errors name it. */
  readonly apiKeyEnv?: string;
}

const Reply = z.looseObject({
  data: z.array(
    z.looseObject({ embedding: z.array(z.number()), index: z.int().nullish().catch(undefined) }),
  ),
});

/** What endpoints take at once; some take no more. */
const BATCH = 256;
/** About 8,000 tokens, which is the shortest window among models in use. */
const LONGEST_TEXT = 24_000;

export function openaiEmbedder({
  model,
  dims,
  baseUrl = OPENAI,
  apiKey = () => "none",
  apiKeyEnv,
  ...limits
}: OpenAIEmbedderOptions): Embedder {
  const id = `openai:${model}@${dims}`;
  const policy = callPolicy(id, limits);
  const clock = limits.clock ?? systemClock;
  let key = "";
  /** Some models have one length alone, and their servers refuse to be asked for it. */
  let asksForLength = true;
  const client = openaiClient(baseUrl, () => key);

  async function batch(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const input = texts.map((text) => text.slice(0, LONGEST_TEXT) || " ");
    try {
      const reply = await client.embeddings.create(
        { model, input, encoding_format: "float", ...(asksForLength && { dimensions: dims }) },
        { signal },
      );
      const fault = faultIn(reply);
      if (fault !== undefined) {
        throw httpModelError({ modelId: id, ...fault, fault, served: true, secret: key });
      }
      const vectors = Reply.safeParse(reply);
      if (!vectors.success) throw malformed(`${texts.length} vectors`, "another shape");
      // Where a server gives no places, the order is that of the texts.
      const ordered = vectors.data.data
        .map(({ embedding, index }, place) => ({ embedding, place: index ?? place }))
        .sort((a, z) => a.place - z.place);
      if (ordered.length === texts.length) {
        return ordered.map(({ embedding }) => checked(embedding));
      }
      throw malformed(`${texts.length} vectors`, `${ordered.length}`);
    } catch (error) {
      signal.throwIfAborted();
      if (asksForLength && refusesLength(error)) {
        asksForLength = false;
        return batch(texts, signal);
      }
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

  function refusesLength(error: unknown): boolean {
    const refused = refusalIn(error);
    if (refused === undefined || (refused.status !== 400 && refused.status !== 422)) return false;
    const { param, message } = refused.fault;
    return /dimension|matryoshka/i.test(`${param ?? ""} ${message ?? ""}`);
  }

  function failureOf(error: unknown): unknown {
    if (error instanceof ModelError) return error;
    const refused = refusalIn(error);
    if (refused === undefined) {
      const lost = error instanceof APIConnectionError || error instanceof TypeError;
      return lost ? unreachable(id, baseUrl, error) : error;
    }
    const { status, fault, headers } = refused;
    return httpModelError({
      modelId: id,
      status,
      fault,
      retryAfterMs: retryAfterMs((name) => headers?.get(name), clock.now()),
      served: false,
      secret: key,
    });
  }

  return {
    id,
    dims,
    async embed(texts, _, signal) {
      key = apiKey() || (baseUrl === OPENAI ? "" : "none");
      if (key === "") throw missingKey(id, apiKeyEnv);
      const batches: Promise<Float32Array[]>[] = [];
      for (let from = 0; from < texts.length; from += BATCH) {
        batches.push(policy((inner) => batch(texts.slice(from, from + BATCH), inner), signal));
      }
      return (await Promise.all(batches)).flat();
    },
  };
}
