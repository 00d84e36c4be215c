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
  { renew, suspend, commit, came }: Attempt,
  signal: AbortSignal,
): Promise<void> {
  for await (const piece of pieces) {
    const deltas = add(piece);
    // A piece without text may be a token of the model's thoughts.
    came(Math.max(1, lengthOf(deltas)));
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

function lengthOf(deltas: readonly ModelDelta[]): number {
  return deltas.reduce(
    (sum, delta) => sum + (delta.kind === "text" ? delta.text : delta.argumentsText).length,
    0,
  );
}

export function brokenOff(id: string, baseUrl: string): ModelError {
  return modelError(
    "MODEL_UNREACHABLE",
    `The stream of ${id} at ${addressOf(baseUrl)} ended before the reply did. Ask again.`,
    { model: id },
  );
}

/** The connection failed, or broke. */
export function unreachable(id: string, baseUrl: string, error: unknown): ModelError {
  const origin = error instanceof Error ? errorCode(error) : undefined;
  return modelError(
    "MODEL_UNREACHABLE",
    `${id} could not be reached at ${addressOf(baseUrl)}, or the connection broke${origin === undefined ? "" : ` (${origin})`}. Check that the server runs there, model.baseUrl and the network.`,
    { model: id, ...present({ origin }) },
  );
}

/** Without what may be secret in it. */
function addressOf(baseUrl: string): string {
  const { protocol, host, pathname } = new URL(baseUrl);
  return `${protocol}//${host}${pathname}`;
}

/** ECONNREFUSED and the like, from the error or what it was caused by. */
function errorCode(error: Error): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code: unknown = Object.hasOwn(at, "code") ? Reflect.get(at, "code") : undefined;
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,40}$/.test(code)) return code;
  }
  return undefined;
}
