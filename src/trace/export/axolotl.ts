/**
 * Supervised fine-tuning with Axolotl (`type: chat_template`): TRL's shape, and `train: false` on
 * turns that are shown but not learned from (`message_field_training: train`).
 *
 * Arguments are JSON text: Arrow wants one type for an argument's name in the whole file, and
 * Axolotl parses the text before the template sees it.
 */
import { canonicalJson } from "../../core/json.ts";
import { type Row, templateMessage, toolRow } from "./chat.ts";
import type { ChatMessage, Conversation } from "./examples.ts";

export function axolotl({ messages, tools }: Conversation): Row | string {
  return {
    messages: messages.map(message),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolRow) }),
  };
}

function message(each: ChatMessage): Row {
  const row = templateMessage(each);
  // Templates of the Mistral family pair results by id, the others by name.
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

/** The part of an Axolotl configuration that reads the files. */
export function axolotlConfig(files: readonly string[]): Readonly<Record<string, string>> {
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
  return { "axolotl.yaml": text.join("") };
}
