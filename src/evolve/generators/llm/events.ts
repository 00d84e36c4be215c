/** Model calls as the trace keeps them. */
import type { NewEvent } from "../../../core/event.ts";
import type { ModelMessage, ModelReply } from "../../../core/ports.ts";

/** One model call as the trace keeps it. */
export interface LlmCall {
  readonly promptName: string;
  readonly promptVersion: string;
  readonly promptDigest: string;
  /** Equal for samples of one rendered prompt about the same parents. */
  readonly promptGroup: string;
  /** Of the prompt's samples in the life of this generator, from 0. */
  readonly sampleIndex: number;
  /** 0: the first question. 1: the one that told a failure back. */
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

/** One model call as two events: what was asked, and what came or went wrong. */
export function modelEvents(call: LlmCall): readonly NewEvent[] {
  const { answer, outcome, ...asked } = call;
  const id = `${call.promptGroup.slice(0, 16)}/${call.sampleIndex}/${call.turn}`;
  const parameters = { temperature: call.temperature, seed: call.seed };
  return [
    { type: "model-call", data: { id, role: "generator", ...asked, parameters } },
    {
      type: "model-reply",
      data:
        "error" in answer
          ? { id, error: answer.error, outcome }
          : { id, ...said(answer.reply), outcome },
    },
  ];
}

/** Nothing that a driver may have added: a replay has to give the same. */
function said({ content, toolCalls, finishReason, model, usage, costUsd }: ModelReply): ModelReply {
  return {
    content,
    toolCalls,
    finishReason,
    model,
    ...(usage === undefined ? {} : { usage }),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}
