/**
 * Supervised fine-tuning as Azure, Together and Fireworks read it (the shape that OpenAI defined):
 * `messages`, `tools` and, with tools, `parallel_tool_calls`. Assistant turns to be passed over bear
 * weight 0. Images stand in user messages, as services demand, with their bytes in the row.
 */
import { learnedOnly, openaiMessage, type Row, toolRow } from "./chat.ts";
import { type ChatMessage, type Conversation, imagesIn } from "./examples.ts";
import { imagesByUser } from "./images.ts";

/** Of one example: the least that a service takes. */
const MOST_IMAGES = 10;

export function openaiSft({ messages: said, tools }: Conversation): Row | string {
  // A turn without a word or a call, as of a call that nobody could read, is refused: it goes.
  const messages = said.some(isEmpty) ? learnedOnly(said) : said;
  if (typeof messages === "string") return messages;
  // 128 functions and names of this form are what the services take.
  if (tools.length > 128) return "more than 128 tools";
  const named = tools.find(({ name }) => !/^[A-Za-z0-9_-]{1,64}$/.test(name));
  if (named !== undefined) return "a tool name that services refuse";
  const parallel = messages.some(
    (message) => message.role === "assistant" && (message.toolCalls?.length ?? 0) > 1,
  );
  const images = imagesIn(messages);
  if (images.length > MOST_IMAGES) return `more than ${MOST_IMAGES} images`;
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
