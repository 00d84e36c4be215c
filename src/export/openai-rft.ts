/**
 * Reinforcement fine-tuning in OpenAI's format: prompts that end with the user, and the keys that a
 * grader reads as `item.*`. System text has the role `developer` here.
 */
import { openaiMessage, type Row } from "./chat.ts";
import type { Prompt } from "./examples.ts";

export function openaiRft({ prompt, fields }: Prompt): Row | string {
  if (prompt.at(-1)?.role !== "user") return "the prompt does not end with the user";
  return {
    ...fields,
    messages: prompt.map((message) => {
      const row = openaiMessage(message, false);
      return row.role === "system" ? { ...row, role: "developer" } : row;
    }),
  };
}
