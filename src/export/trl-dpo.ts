/** Preference pairs for TRL's DPO and reward trainers: `prompt`, `chosen`, `rejected`. */
import { picturedMessages, type Row, toolRow } from "./chat.ts";
import type { Preference } from "./examples.ts";

export function trlDpo(
  { prompt, tools = [], chosen, rejected }: Preference,
  pictured: boolean,
): Row | string {
  const last = prompt.at(-1)?.role;
  // After an assistant message the template continues that turn; after a system message it cannot start one.
  if (last !== "user" && last !== "tool") return "the prompt does not end with the user or a tool";
  const { rows, column } = picturedMessages(prompt, pictured);
  return {
    prompt: rows,
    chosen: picturedMessages([chosen], pictured).rows,
    rejected: picturedMessages([rejected], pictured).rows,
    ...(tools.length === 0 ? {} : { tools: tools.map(toolRow) }),
    ...column,
  };
}
