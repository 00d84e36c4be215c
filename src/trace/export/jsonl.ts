/**
 * Plain JSON lines: an example as it is, with where it came from. For own tools, and for converting
 * to a format that is not here.
 */
import type { Json } from "../../core/json.ts";
import { type Row, toolRow } from "./chat.ts";
import type { Conversation } from "./examples.ts";

export function jsonl({ messages, tools, origin }: Conversation): Row | string {
  return {
    messages: messages as unknown as Json,
    tools: tools.map(toolRow),
    origin: origin as unknown as Json,
  };
}
