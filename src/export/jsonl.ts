/**
 * Plain JSON lines: an example unchanged, with its origin. For your own tools, and for conversion to
 * formats that are not supported here.
 */
import type { Json } from "../core/json.ts";
import { type Row, toolRow } from "./chat.ts";
import { type ChatMessage, type Conversation, imagesIn } from "./examples.ts";
import { imagePath } from "./images.ts";

export function jsonl({ messages, tools, origin }: Conversation): Row | string {
  return {
    messages: messages.map(withPath) as unknown as Json,
    tools: tools.map(toolRow),
    origin: origin as unknown as Json,
  };
}

/** An image is replaced by its facts and its path. */
function withPath(message: ChatMessage): object {
  const images = imagesIn([message]);
  if (images.length === 0) return message;
  return {
    ...message,
    images: images.map((image) => ("url" in image ? image : { ...image, path: imagePath(image) })),
  };
}
