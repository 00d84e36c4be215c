/** One interface of an OpenAI-compatible endpoint, carried by the official client. */
import type OpenAI from "openai";
import type { ModelError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { ModelRequest } from "../../core/ports.ts";
import type { Attempt } from "../calling/call-policy.ts";
import { modelError } from "../calling/model-errors.ts";
import { faultIn, type ProviderFault } from "../calling/provider-fault.ts";
import { type Part, partsOf } from "../calling/reply-body.ts";
import { brokenOff, type ModelDelta, type OnDelta, readPieces } from "../calling/streaming.ts";
import type { Gathered, WireOptions } from "./wire.ts";

export interface Call {
  readonly client: OpenAI;
  readonly request: ModelRequest;
  readonly options: WireOptions;
  /** Fields of the body: they come in addition to ours, and before them. */
  readonly extraBody: { readonly [key: string]: Json };
  /** An error that came in place of a reply, as ours. */
  readonly broken: (fault: ProviderFault & { readonly status: number }) => ModelError;
}

/**
 * Chat completions, or responses. The reply is always asked for in pieces: so silence is told from
 * work. Failures reject as the client's.
 */
export type Transport = (
  call: Call,
  onDelta: OnDelta | undefined,
  attempt: Attempt,
  signal: AbortSignal,
) => Promise<Gathered>;

/** Collects one reply. @throws ModelError MALFORMED_REPLY for what is of an unknown shape. */
export interface Gatherer {
  whole(raw: unknown): void;
  /** @returns What is new in the piece. */
  piece(raw: unknown): readonly ModelDelta[];
  gathered(): Gathered;
}

/** How one interface is asked. */
export interface Dialect {
  readonly endpoint: string;
  ask(call: Call, signal: AbortSignal): Promise<Response>;
  gatherer(): Gatherer;
}

export function transportOf(id: string, { endpoint, ask, gatherer }: Dialect): Transport {
  return async (call, onDelta, attempt, signal) => {
    const gathering = gatherer();
    let complete = false;
    const add = (part: Part): readonly ModelDelta[] => {
      if (part.kind === "done") {
        complete = true;
        return [];
      }
      const raw = parsed(part.kind === "whole" ? part.text : part.data);
      if (raw === undefined) {
        const what = part.kind === "whole" ? "a reply that is no JSON" : "an event that is no JSON";
        throw malformed(id, what, endpoint);
      }
      const fault = faultIn(raw);
      if (fault !== undefined) throw call.broken(fault);
      if (part.kind === "event") return gathering.piece(raw);
      complete = true;
      gathering.whole(raw);
      return saidAtOnce(gathering.gathered());
    };
    const response = await ask(call, signal);
    const body = response.body as AsyncIterable<Uint8Array> | null;
    await readPieces(partsOf({ body }, attempt), add, onDelta, attempt, signal);
    const gathered = gathering.gathered();
    const { finish, content, refusal, calls } = gathered;
    // Some servers name neither a reason nor an end: then a clean end of what was said is one.
    const said = content !== "" || refusal !== "" || calls.length > 0;
    if (finish === undefined && !complete && !said) throw brokenOff(id, call.client.baseURL);
    return gathered;
  };
}

/** A reply that came whole, for who reads it in pieces. */
function saidAtOnce({ content, calls }: Gathered): readonly ModelDelta[] {
  const text: ModelDelta[] = content === "" ? [] : [{ kind: "text", text: content }];
  return [
    ...text,
    ...calls.map(
      ({ name, text: argumentsText }, index): ModelDelta => ({
        kind: "tool-call",
        index,
        name,
        argumentsText,
      }),
    ),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function malformed(id: string, what: string, endpoint: string): ModelError {
  return modelError(
    "MALFORMED_REPLY",
    `${id} sent ${what}. Check that model.baseUrl is a ${endpoint} endpoint.`,
    { model: id, served: true },
  );
}
