/**
 * Prompts for TRL's GRPO and RLOO trainers: `prompt`, and columns that reward functions get by name.
 * There tools are functions, not a column.
 */
import { type Row, templateMessage } from "./chat.ts";
import type { Prompt } from "./examples.ts";

export function trlGrpo({ prompt, fields }: Prompt): Row | string {
  if (prompt.at(-1)?.role !== "user") return "the prompt does not end with the user";
  return { ...fields, prompt: prompt.map((message) => templateMessage(message)) };
}
