/** Model calls as the trace keeps them. */
import type { NewEvent } from "../../../core/event.ts";
import type { Json } from "../../../core/json.ts";
import type { LlmCall } from "./generator.ts";

/** One model call as two events: what was asked, and what came or went wrong. */
export function modelEvents(call: LlmCall): readonly NewEvent[] {
  const { reply, error, outcome, messages, parents, ...facts } = call;
  const id = `${call.promptGroup.slice(0, 16)}/${call.sampleIndex}/${call.turn}`;
  const asked: Json = {
    id,
    role: "generator",
    ...facts,
    parents,
    messages: messages.map((message) => ({ ...message })) as unknown as Json,
    parameters: { temperature: call.temperature, seed: call.seed },
  };
  const answered: Json = {
    id,
    ...(error === undefined ? {} : { error: { ...error } }),
    ...(reply === undefined
      ? {}
      : {
          content: reply.content,
          toolCalls: reply.toolCalls.map((toolCall) => ({ ...toolCall })),
          finishReason: reply.finishReason,
          model: reply.model,
          ...(reply.usage === undefined ? {} : { usage: { ...reply.usage } }),
          ...(reply.costUsd === undefined ? {} : { costUsd: reply.costUsd }),
        }),
    outcome: { ...outcome },
  };
  return [
    { type: "model-call", data: asked },
    { type: "model-reply", data: answered },
  ];
}
