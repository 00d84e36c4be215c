/** Where images may stand in the messages of a provider, and how they travel. */
import { type Image, imagesAfterResults, imageText } from "../../core/image.ts";
import type { ModelMessage, ModelRequest } from "../../core/ports.ts";

/** An address: the image's own, or its bytes as a data URI. */
export function imageUrl(image: Image): string {
  return "url" in image ? image.url : `data:${image.mimeType};base64,${image.data}`;
}

export function imagesOf(message: ModelMessage): readonly Image[] {
  return message.role === "user" || message.role === "tool" ? (message.images ?? []) : [];
}

export function hasImages({ messages }: Pick<ModelRequest, "messages">): boolean {
  return messages.some((message) => imagesOf(message).length > 0);
}

/**
 * For providers whose tool messages hold text alone: the images of results come in a user message
 * behind the last of the results, and the text says which are whose.
 */
export function imagesByUser(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const placed: ModelMessage[] = [];
  let waiting: Image[] = [];
  const place = (): void => {
    if (waiting.length === 0) return;
    const content = imagesAfterResults(waiting.map(imageText));
    placed.push({ role: "user", content, images: waiting });
    waiting = [];
  };
  for (const message of messages) {
    if (message.role === "tool") {
      const { images = [], ...rest } = message;
      waiting.push(...images);
      placed.push(rest);
    } else {
      place();
      placed.push(message);
    }
  }
  place();
  return placed;
}
