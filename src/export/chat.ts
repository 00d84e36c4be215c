/**
 * Chat messages in the formats of the two families of readers: OpenAI (arguments as JSON text, content
 * null next to tool calls) and Hugging Face templates (arguments as objects, text always present).
 */
import { canonicalJson, type Json } from "../core/json.ts";
import { type ChatMessage, type ChatTool, type ExampleImage, imagesIn } from "./examples.ts";
import { imagePath, imagesByUser, imageUri } from "./images.ts";

export type Row = { readonly [key: string]: Json };

/** @param weights Whether `weight` 0 may be written; some readers refuse the key. */
export function openaiMessage(message: ChatMessage, weights: boolean): Row {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.content };
    case "user": {
      const { content, images = [] } = message;
      if (images.length === 0) return { role: "user", content };
      const shown = images.map((image) => ({
        type: "image_url",
        image_url: { url: imageUri(image) },
      }));
      return { role: "user", content: [...textPart(content), ...shown] };
    }
    case "tool":
      return { role: "tool", tool_call_id: message.toolCallId, content: message.content };
    case "assistant": {
      const { content, toolCalls = [], weight } = message;
      const weighted = weights && weight !== undefined ? { weight } : {};
      if (toolCalls.length === 0) return { role: "assistant", content, ...weighted };
      return {
        role: "assistant",
        content: content === "" ? null : content,
        ...weighted,
        tool_calls: toolCalls.map(({ id, name, arguments: given }) => ({
          id,
          type: "function",
          // JSON text, encoded once: readers refuse an object and learn double-encoded text as it is.
          function: { name, arguments: canonicalJson(given) },
        })),
      };
    }
  }
}

function textPart(text: string): readonly Row[] {
  return text === "" ? [] : [{ type: "text", text }];
}

/** How a message marks the position of an image: the position only, or also the path. */
export type ImagePart = (image: ExampleImage) => Row;

/**
 * @param part If given, text is a list of parts in every message, because a column has one type.
 */
export function templateMessage(message: ChatMessage, part?: ImagePart): Row {
  const row = plainMessage(message);
  if (part === undefined) return row;
  const images = imagesIn([message]).map(part);
  return { ...row, content: [...images, { type: "text", text: message.content }] };
}

function plainMessage(message: ChatMessage): Row {
  switch (message.role) {
    case "system":
    case "user":
      return { role: message.role, content: message.content };
    case "tool":
      return { role: "tool", name: message.name, content: message.content };
    case "assistant": {
      const { content, toolCalls = [] } = message;
      if (toolCalls.length === 0) return { role: "assistant", content };
      return {
        role: "assistant",
        // Several templates throw on null, others print "None".
        content,
        tool_calls: toolCalls.map(({ name, arguments: given }) => ({
          type: "function",
          function: { name, arguments: given },
        })),
      };
    }
  }
}

/**
 * Messages with images in a separate column, for Hugging Face trainers: positions in the messages, files
 * in `images`, in the same order. Images of results follow in a user message.
 */
export function picturedMessages(
  messages: readonly ChatMessage[],
  pictured: boolean,
): { readonly rows: readonly Row[]; readonly column: Row } {
  if (!pictured) return { rows: messages.map((message) => templateMessage(message)), column: {} };
  const placed = imagesByUser(messages);
  const rows = placed.map((message) => templateMessage(message, () => ({ type: "image" })));
  return { rows, column: { images: filesOf(placed) } };
}

/** Paths of the images of messages. Images given by URL were refused earlier. */
export function filesOf(messages: readonly ChatMessage[]): readonly string[] {
  return imagesIn(messages).flatMap((image) => ("url" in image ? [] : [imagePath(image)]));
}

export function toolRow({ name, description, parameters }: ChatTool): Row {
  // A tool without parameters still needs an object schema: readers index into `properties`.
  const schema = Object.hasOwn(parameters, "type")
    ? parameters
    : { type: "object", properties: {}, ...parameters };
  return { type: "function", function: { name, description, parameters: schema } };
}

/**
 * For formats that learn every turn: the conversation without failed calls and answers, or why it
 * cannot be shown without them.
 */
export function learnedOnly(messages: readonly ChatMessage[]): readonly ChatMessage[] | string {
  const left: ChatMessage[] = [];
  const removed = new Set<string>();
  let answerRemoved = false;
  for (const message of messages) {
    const { role } = message;
    if (role === "assistant" && message.weight === 0) {
      const { toolCalls = [] } = message;
      // The results of the other calls of the turn are needed later.
      if (toolCalls.length > 1)
        return "a failed call together with others, in a format that learns every turn";
      for (const { id } of toolCalls) removed.add(id);
      // The next user message refers to the removed answer.
      answerRemoved = toolCalls.length === 0;
    } else if (role === "assistant" || (role === "user" && !answerRemoved) || role === "system") {
      if (role === "assistant") answerRemoved = false;
      left.push(message);
    } else if (role === "tool" && !removed.has(message.toolCallId)) {
      left.push(message);
    }
  }
  return left;
}
