/**
 * Preference pairs for Axolotl (`rl: dpo`, `type: chat_template.default`): the prompt as `messages`,
 * `chosen` and `rejected` one message each. The reader only accepts text: calls are refused.
 */
import { type Row, templateMessage } from "./chat.ts";
import type { Preference } from "./examples.ts";

export function axolotlDpo({ prompt, tools = [], chosen, rejected }: Preference): Row | string {
  const last = prompt.at(-1)?.role;
  if (last !== "user" && last !== "tool") return "the prompt does not end with the user or a tool";
  const calls = (chosen.toolCalls ?? rejected.toolCalls) !== undefined;
  if (calls || tools.length > 0) return "tool calls in a pair, which the format does not read";
  return {
    messages: prompt.map((message) => templateMessage(message)),
    chosen: templateMessage(chosen),
    rejected: templateMessage(rejected),
  };
}

/** The part of an Axolotl configuration that reads the files. */
export function axolotlDpoConfig(files: readonly string[]): Readonly<Record<string, string>> {
  const entry = (file: string) =>
    [
      `  - path: ./${file}`,
      "    ds_type: json",
      "    type: chat_template.default",
      "    field_messages: messages",
      "    field_chosen: chosen",
      "    field_rejected: rejected",
    ].join("\n");
  const sections = [
    ["datasets", "train.jsonl"],
    ["test_datasets", "validation.jsonl"],
  ] as const;
  const text = sections
    .filter(([, file]) => files.includes(file))
    .map(([section, file]) => `${section}:\n${entry(file)}\n`);
  return { "axolotl.yaml": `rl: dpo\n${text.join("")}` };
}
