/** A model that also says its reply piece by piece. */
import type { LanguageModel, ModelReply, ModelRequest } from "../../core/ports.ts";

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

/**
 * Contract, checked by test/contracts/language-model.ts:
 * - The text pieces in order make up the reply's `content`; the argument pieces of a call make up
 *   its arguments.
 * - `onDelta` is awaited before the next piece is read: a slow reader loses and reorders nothing.
 * - Attempts are repeated until the first piece was handed on; a failure after it rejects.
 */
export interface StreamingModel extends LanguageModel {
  stream(
    request: ModelRequest,
    onDelta: (delta: ModelDelta) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<ModelReply>;
}
