/**
 * Preference pairs in OpenAI's format: the prompt under `input`, each output a list of one assistant
 * message. (Old schemas name the outputs `*_completion`; the services read `*_output`.)
 */
import { openaiMessage, type Row, toolRow } from "./chat.ts";
import type { Preference } from "./examples.ts";

export function openaiDpo({ prompt, tools = [], chosen, rejected }: Preference): Row | string {
  const last = prompt.at(-1)?.role;
  if (last !== "user" && last !== "tool") return "the prompt does not end with the user or a tool";
  return {
    input: {
      messages: prompt.map((message) => openaiMessage(message, false)),
      ...(tools.length === 0 ? {} : { tools: tools.map(toolRow), parallel_tool_calls: false }),
    },
    preferred_output: [openaiMessage(chosen, false)],
    non_preferred_output: [openaiMessage(rejected, false)],
  };
}
