/** A model that also says its reply piece by piece, and the loop that reads the pieces. */
import type { ModelError } from "../../core/errors.ts";
import type { LanguageModel, ModelReply, ModelRequest } from "../../core/ports.ts";
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
 * Hands on what is new in each piece. The deadline counts the provider's silence alone, not the time
 * that the reader takes; from the first delta on the attempt is committed.
 *
 * @param add Takes a piece in, gives what is new in it.
 */
export async function readPieces<Piece>(
  pieces: AsyncIterable<Piece>,
  add: (piece: Piece) => readonly ModelDelta[],
  onDelta: OnDelta,
  { renew, suspend, commit }: Attempt,
  signal: AbortSignal,
): Promise<void> {
  for await (const piece of pieces) {
    suspend();
    for (const delta of add(piece)) {
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
    { model: id },
  );
}
