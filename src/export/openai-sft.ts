/**
 * Supervised fine-tuning for Azure, Together and Fireworks (the format that OpenAI defined):
 * `messages`, `tools` and, with tools, `parallel_tool_calls`. Assistant turns that must not be learned
 * have weight 0. Images are in user messages, as services require, with their bytes in the row.
 */
import { learnedOnly, openaiMessage, type Row, toolRow } from "./chat.ts";
import { type ChatMessage, type Conversation, imagesIn } from "./examples.ts";
import { imagesByUser } from "./images.ts";

/** Maximum number of images per example: the lowest limit of the services. */
const MAX_IMAGES = 10;

export function openaiSft({ messages: given, tools }: Conversation): Row | string {
  // Services refuse an empty turn, e.g. after an unreadable call, so it is removed.
  const messages = given.some(isEmpty) ? learnedOnly(given) : given;
  if (typeof messages === "string") return messages;
  // Services accept at most 128 functions, with names of this form.
  if (tools.length > 128) return "more than 128 tools";
  const named = tools.find(({ name }) => !/^[A-Za-z0-9_-]{1,64}$/.test(name));
  if (named !== undefined) return "a tool name that services refuse";
  const parallel = messages.some(
    (message) => message.role === "assistant" && (message.toolCalls?.length ?? 0) > 1,
  );
  const images = imagesIn(messages);
  if (images.length > MAX_IMAGES) return `more than ${MAX_IMAGES} images`;
  if (images.some((image) => "mimeType" in image && image.mimeType === "image/gif")) {
    return "a GIF, which services refuse";
  }
  return {
    messages: imagesByUser(messages).map((message) => openaiMessage(message, true)),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolRow), parallel_tool_calls: parallel }),
  };
}

function isEmpty(message: ChatMessage): boolean {
  return (
    message.role === "assistant" &&
    message.weight === 0 &&
    message.content === "" &&
    message.toolCalls === undefined
  );
}
