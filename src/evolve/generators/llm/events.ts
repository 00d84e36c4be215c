/** Model calls as trace events. */
import type { NewEvent } from "../../../core/event.ts";
import type { ModelMessage, ModelReply } from "../../../core/ports.ts";
import { present } from "../../../core/present.ts";

export interface LlmCall {
  readonly promptName: string;
  readonly promptVersion: string;
  readonly promptDigest: string;
  /** Equal for all samples of one rendered prompt about the same parents. */
  readonly promptGroup: string;
  /** Index from 0 over all samples of this prompt in this generator. */
  readonly sampleIndex: number;
  /** 0: the first question. 1: the repair question after a failure. */
  readonly turn: number;
  readonly parents: readonly string[];
  /** As sent. */
  readonly messages: readonly ModelMessage[];
  readonly seed: number;
  readonly temperature: number;
  /** The model port's id, and its terms for training on outputs. */
  readonly model: string;
  readonly terms: string;
  readonly answer:
    | { readonly reply: ModelReply }
    | {
        readonly error: {
          readonly code: string;
          readonly message: string;
          readonly retryable: boolean;
        };
      };
  readonly outcome:
    | { readonly status: "proposed"; readonly source: string }
    | { readonly status: "failed"; readonly reason: string };
}

/** The two events of a model call: the call, and the reply or the error. */
export function modelEvents(call: LlmCall): readonly NewEvent[] {
  const { answer, outcome, ...request } = call;
  const id = `${call.promptGroup.slice(0, 16)}/${call.sampleIndex}/${call.turn}`;
  const parameters = { temperature: call.temperature, seed: call.seed };
  return [
    { type: "model-call", data: { id, role: "generator", ...request, parameters } },
    {
      type: "model-reply",
      data:
        "error" in answer
          ? { id, error: answer.error, outcome }
          : { id, ...replyData(answer.reply), outcome },
    },
  ];
}

/** The known fields only, without additions of a driver: a replay must give the same. */
function replyData({
  content,
  toolCalls,
  finishReason,
  model,
  usage,
  costUsd,
}: ModelReply): ModelReply {
  return {
    content,
    toolCalls,
    finishReason,
    model,
    ...present({ usage, costUsd }),
  };
}
