/**
 * Plain JSON lines: an example as it is, with where it came from. For own tools, and for converting
 * to a format that is not here.
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

/** An image is what it is and where it lies. */
function withPath(message: ChatMessage): object {
  const images = imagesIn([message]);
  if (images.length === 0) return message;
  return {
    ...message,
    images: images.map((image) => ("url" in image ? image : { ...image, path: imagePath(image) })),
  };
}
