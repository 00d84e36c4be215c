/** What an agent's reply holds: calls, calls that cannot be read, an answer, or nothing. */
import { canonicalJson } from "../core/json.ts";
import type { ModelReply, ModelTool, ModelToolCall } from "../core/ports.ts";
import { isBlank } from "../core/text/blank.ts";
import { withoutReasoning } from "../core/text/reasoning.ts";
import { parseToolCalls } from "../models/calls-in-text/tool-calls.ts";

/** Native tool calls of the reply, else calls written in its text. */
export function callsOf(
  { toolCalls, content, finishReason }: ModelReply,
  tools: readonly ModelTool[],
) {
  if (toolCalls.length > 0) return { calls: toolCalls, unread: [], content };
  const read =
    tools.length === 0
      ? { calls: [], unread: [], content: withoutReasoning(content) }
      : parseToolCalls(content, tools);
  if (read.calls.length + read.unread.length > 0) return read;
  const fault = isBlank(read.content)
    ? "it was empty"
    : finishReason === "length"
      ? "it was cut off; write less"
      : undefined;
  return fault === undefined ? read : { ...read, unread: [{ text: "Your reply", reason: fault }] };
}

/** Turns in a row that only repeat known calls, although the model is told so. */
export const MOST_REPEATS = 4;
export const SAME_RESULT = "(You made this call before: its result is the same. Use it.)";

/** Tells whether a call was made before with the same result: a model that repeats a call is informed of it. */
export function knownCalls(): (call: ModelToolCall, result: string) => boolean {
  const before = new Map<string, string>();
  return ({ name, arguments: given }, result) => {
    const key = `${name} ${canonicalJson(given)}`;
    const same = before.get(key) === result;
    before.set(key, result);
    return same;
  };
}
