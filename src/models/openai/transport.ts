/** One interface of an OpenAI-compatible endpoint, carried by the official client. */
import type OpenAI from "openai";
import type { ModelError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { ModelRequest } from "../../core/ports.ts";
import type { Attempt } from "../calling/call-policy.ts";
import { modelError } from "../calling/model-errors.ts";
import type { ModelDelta } from "../calling/streaming.ts";
import type { Gathered, WireOptions } from "./wire.ts";

export interface Call {
  readonly client: OpenAI;
  readonly request: ModelRequest;
  readonly options: WireOptions;
  /** Fields of the body beside those of the request. */
  readonly extraBody: { readonly [key: string]: Json };
}

/** Chat completions, or responses. What it gathers is the same; failures reject as the client's. */
export interface Transport {
  whole(call: Call, signal: AbortSignal): Promise<Gathered>;
  stream(
    call: Call,
    onDelta: (delta: ModelDelta) => void | Promise<void>,
    attempt: Attempt,
    signal: AbortSignal,
  ): Promise<Gathered>;
}

export function malformed(id: string, what: string, endpoint: string): ModelError {
  return modelError(
    "MALFORMED_REPLY",
    `${id} sent ${what}. Check that the base URL is a ${endpoint} endpoint.`,
    { model: id },
  );
}

export function brokenOff(id: string): ModelError {
  return modelError(
    "MODEL_UNREACHABLE",
    `The stream of ${id} ended before the reply did. Ask again.`,
    { model: id },
  );
}
