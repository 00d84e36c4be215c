/** Labelled attempts for TRL's KTO trainer: `prompt`, `completion`, `label`. It needs both labels. */
import { type Row, templateMessage } from "./chat.ts";
import type { Labelled } from "./examples.ts";

export function trlKto({ prompt, completion, label }: Labelled): Row | string {
  const last = prompt.at(-1)?.role;
  if (last !== "user" && last !== "tool") return "the prompt does not end with the user or a tool";
  return {
    prompt: prompt.map((message) => templateMessage(message)),
    completion: [templateMessage(completion)],
    label,
  };
}
