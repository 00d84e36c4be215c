/**
 * Supervised fine-tuning with Axolotl (`type: chat_template`): TRL's format, and `train: false` on
 * turns that are shown but not learned (`message_field_training: train`).
 *
 * Arguments are JSON text: Arrow needs one type per argument name in the whole file, and Axolotl parses
 * the text before the template gets it.
 */
import { canonicalJson } from "../core/json.ts";
import { type Row, templateMessage, toolRow } from "./chat.ts";
import type { ChatMessage, Conversation, ExampleImage } from "./examples.ts";
import { imagePath } from "./images.ts";

export function axolotl({ messages, tools }: Conversation, pictured: boolean): Row | string {
  // With images its reader keeps only role and content of a message and drops calls.
  if (pictured && messages.some(({ role }) => role === "tool")) {
    return "tool calls in a file with images, which the reader does not keep";
  }
  return {
    messages: messages.map((each) => message(each, pictured)),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolRow) }),
  };
}

function message(each: ChatMessage, pictured: boolean): Row {
  const row = templateMessage(each, pictured ? imagePart : undefined);
  // Templates of the Mistral family match results by id, the others by name.
  if (each.role === "tool") return { ...row, tool_call_id: each.toolCallId };
  if (each.role !== "assistant") return row;
  const { toolCalls = [], weight = 1 } = each;
  return {
    ...row,
    train: weight === 1,
    ...(toolCalls.length === 0
      ? {}
      : {
          tool_calls: toolCalls.map(({ id, name, arguments: given }) => ({
            id,
            type: "function",
            function: { name, arguments: canonicalJson(given) },
          })),
        }),
  };
}

function imagePart(image: ExampleImage): Row {
  return "url" in image
    ? { type: "image", url: image.url }
    : { type: "image", path: imagePath(image) };
}

/** Settings for models with image input; paths are relative to the folder where training starts. */
const WITH_IMAGES = `processor_type: AutoProcessor
skip_prepare_dataset: true
remove_unused_columns: false
sample_packing: false
`;

/** The part of an Axolotl configuration that reads the files. */
export function axolotlConfig(
  files: readonly string[],
  pictured: boolean,
): Readonly<Record<string, string>> {
  const entry = (file: string) =>
    [
      `  - path: ./${file}`,
      "    ds_type: json",
      "    type: chat_template",
      "    field_messages: messages",
      "    field_tools: tools",
      "    message_field_training: train",
      "    roles_to_train: [assistant]",
    ].join("\n");
  const sections = [
    ["datasets", "train.jsonl"],
    ["test_datasets", "validation.jsonl"],
  ] as const;
  const text = sections
    .filter(([, file]) => files.includes(file))
    .map(([section, file]) => `${section}:\n${entry(file)}\n`);
  return { "axolotl.yaml": (pictured ? WITH_IMAGES : "") + text.join("") };
}
