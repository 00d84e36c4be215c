/** Preference pairs for TRL's DPO and reward trainers: `prompt`, `chosen`, `rejected`. */
import { type Row, templateMessage, toolRow } from "./chat.ts";
import type { Preference } from "./examples.ts";

export function trlDpo({ prompt, tools = [], chosen, rejected }: Preference): Row | string {
  const last = prompt.at(-1)?.role;
  // After an assistant the template goes on with its turn; after a system it has none to begin.
  if (last !== "user" && last !== "tool") return "the prompt does not end with the user or a tool";
  return {
    prompt: prompt.map(templateMessage),
    chosen: [templateMessage(chosen)],
    rejected: [templateMessage(rejected)],
    ...(tools.length === 0 ? {} : { tools: tools.map(toolRow) }),
  };
}
