/** One interface of an OpenAI-compatible endpoint, carried by the official client, whole and in pieces. */
import type OpenAI from "openai";
import type { ModelError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { ModelRequest } from "../../core/ports.ts";
import type { Attempt } from "../calling/call-policy.ts";
import { modelError } from "../calling/model-errors.ts";
import { brokenOff, type ModelDelta, type OnDelta, readPieces } from "../calling/streaming.ts";
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
  stream(call: Call, onDelta: OnDelta, attempt: Attempt, signal: AbortSignal): Promise<Gathered>;
}

/** Collects one reply. @throws ModelError MALFORMED_REPLY for what is of an unknown shape. */
export interface Gatherer {
  whole(raw: unknown): void;
  /** @returns What is new in the piece. */
  piece(raw: unknown): readonly ModelDelta[];
  gathered(): Gathered;
}

/** How one interface is asked. */
export interface Dialect {
  whole(call: Call, signal: AbortSignal): Promise<unknown>;
  pieces(call: Call, signal: AbortSignal): Promise<AsyncIterable<unknown>>;
  gatherer(): Gatherer;
}

export function transportOf(id: string, dialect: Dialect): Transport {
  return {
    async whole(call, signal) {
      const gatherer = dialect.gatherer();
      gatherer.whole(await dialect.whole(call, signal));
      return gatherer.gathered();
    },
    async stream(call, onDelta, attempt, signal) {
      const gatherer = dialect.gatherer();
      const pieces = await dialect.pieces(call, signal);
      await readPieces(pieces, gatherer.piece, onDelta, attempt, signal);
      const gathered = gatherer.gathered();
      if (gathered.finish === undefined) throw brokenOff(id);
      return gathered;
    },
  };
}

export function malformed(id: string, what: string, endpoint: string): ModelError {
  return modelError(
    "MALFORMED_REPLY",
    `${id} sent ${what}. Check that the base URL is a ${endpoint} endpoint.`,
    { model: id },
  );
}
