/** A model that also says its reply piece by piece, and the loop that reads the pieces. */
import type { ModelError } from "../../core/errors.ts";
import type { LanguageModel, ModelReply, ModelRequest } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import type { Attempt } from "./call-policy.ts";
import { modelError } from "./model-errors.ts";

/** A piece of a reply, in the order in which the provider sends them. */
export type ModelDelta =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "tool-call";
      /** Which of the reply's tool calls, from 0. */
      readonly index: number;
      readonly name: string;
      /** A piece of the arguments' JSON text. */
      readonly argumentsText: string;
    };

export type OnDelta = (delta: ModelDelta) => void | Promise<void>;

/**
 * Contract, checked by test/contracts/language-model.ts:
 * - The text pieces in order make up the reply's `content`; the argument pieces of a call make up
 *   its arguments.
 * - `onDelta` is awaited before the next piece is read: a slow reader loses and reorders nothing.
 * - Attempts are repeated until the first piece was handed on; a failure after it rejects.
 */
export interface StreamingModel extends LanguageModel {
  stream(request: ModelRequest, onDelta: OnDelta, signal: AbortSignal): Promise<ModelReply>;
}

/**
 * Hands on what is new in each piece. The silence of the provider alone counts, not the time that the
 * reader takes; from the first delta on the attempt is committed.
 *
 * @param add Takes a piece in, gives what is new in it.
 */
export async function readPieces<Piece>(
  pieces: AsyncIterable<Piece>,
  add: (piece: Piece) => readonly ModelDelta[],
  onDelta: OnDelta | undefined,
  { renew, suspend, commit }: Attempt,
  signal: AbortSignal,
): Promise<void> {
  for await (const piece of pieces) {
    const deltas = add(piece);
    if (onDelta === undefined || deltas.length === 0) continue;
    suspend();
    for (const delta of deltas) {
      commit();
      await onDelta(delta);
      signal.throwIfAborted();
    }
    renew();
  }
}

export function brokenOff(id: string): ModelError {
  return modelError(
    "MODEL_UNREACHABLE",
    `The stream of ${id} ended before the reply did. Ask again.`,
    { model: id, served: true },
  );
}

/** Whether an attempt that failed for want of a connection had been sent: then it may be paid for. */
function wasSent(origin: string | undefined): boolean {
  return !(
    origin !== undefined &&
    /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EPROTO|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO\w+|SELF_SIGNED\w+|UNABLE_TO\w+|UND_ERR_CONNECT_TIMEOUT)$/.test(
      origin,
    )
  );
}

/** The connection failed, or broke. The address without what may be secret in it. */
export function unreachable(id: string, baseUrl: string, error: unknown): ModelError {
  const origin = error instanceof Error ? errorCode(error) : undefined;
  const { protocol, host, pathname } = new URL(baseUrl);
  return modelError(
    "MODEL_UNREACHABLE",
    `${id} could not be reached at ${protocol}//${host}${pathname}, or the connection broke${origin === undefined ? "" : ` (${origin})`}. Check that the server runs there, model.baseUrl and the network.`,
    { model: id, served: wasSent(origin), ...present({ origin }) },
  );
}

/** ECONNREFUSED and the like, from the error or what it was caused by. */
function errorCode(error: Error): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code: unknown = Object.hasOwn(at, "code") ? Reflect.get(at, "code") : undefined;
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,40}$/.test(code)) return code;
  }
  return undefined;
}
