/**
 * Supervised fine-tuning with TRL (and Unsloth): `messages`, with `tools` if tools are called. Arguments
 * are objects and text is always present, as chat templates need it.
 */
import { learnedOnly, picturedMessages, type Row, toolRow } from "./chat.ts";
import type { Conversation } from "./examples.ts";

export function trlSft({ messages, tools }: Conversation, pictured: boolean): Row | string {
  const learned = learnedOnly(messages);
  if (typeof learned === "string") return learned;
  const { rows, column } = picturedMessages(learned, pictured);
  return {
    messages: rows,
    ...(tools.length === 0 ? {} : { tools: tools.map(toolRow) }),
    ...column,
  };
}
