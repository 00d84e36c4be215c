/**
 * Supervised fine-tuning with LLaMA-Factory (`formatting: sharegpt`): `conversations` that alternate
 * strictly, human or observation on odd turns, gpt or function_call on even ones; `tools` is JSON text.
 * The reader drops other rows with only a warning, so they are refused here.
 *
 * Images are files in `images`, each with a token `<image>` at its position.
 *
 * Concurrent calls are one function_call turn with a list; their results are one observation.
 */
import { canonicalJson, type Json } from "../core/json.ts";
import { filesOf, learnedOnly, type Row } from "./chat.ts";
import {
  type AssistantMessage,
  type ChatMessage,
  type ChatTool,
  type Conversation,
  imagesIn,
} from "./examples.ts";

/** The separator that LLaMA-Factory's own converter puts between results of concurrent calls. */
const BETWEEN_RESULTS = "\n</tool_response>\n<tool_response>\n";

export function llamaFactory({ messages, tools }: Conversation, pictured: boolean): Row | string {
  const learned = learnedOnly(messages);
  if (typeof learned === "string") return learned;
  const row = turnsRow(learned, tools, pictured);
  if (typeof row === "string") return row;
  return row.turns % 2 === 0 ? row.row : "turns that do not alternate";
}

/** The common part of its two formats; `turns` is even if the model has the last turn. */
export function turnsRow(
  messages: readonly ChatMessage[],
  tools: readonly ChatTool[],
  pictured: boolean,
): { readonly row: Row; readonly turns: number } | string {
  // Its parser accepts only letters, digits and _ in tool names.
  if (tools.some(({ name }) => !/^[A-Za-z0-9_]+$/.test(name)))
    return "a tool name with other signs";
  const turns: { from: string; value: string }[] = [];
  const system: string[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    switch (message.role) {
      case "system":
        if (turns.length > 0) return "a system message after the first turn";
        system.push(message.content);
        break;
      case "user":
        turns.push({ from: "human", value: withTokens(message) });
        break;
      case "tool":
        if (last?.from === "observation") last.value += BETWEEN_RESULTS + withTokens(message);
        else turns.push({ from: "observation", value: withTokens(message) });
        break;
      case "assistant": {
        const turn = assistantTurn(message);
        if (typeof turn === "string") return turn;
        turns.push(turn);
        break;
      }
    }
  }
  const alternates = turns.every(
    ({ from }, index) => (from === "human" || from === "observation") === (index % 2 === 0),
  );
  if (!alternates) return "turns that do not alternate";
  const row = {
    conversations: turns,
    ...(system.length === 0 ? {} : { system: system.join("\n\n") }),
    ...(tools.length === 0
      ? {}
      : {
          tools: canonicalJson(
            tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
          ),
        }),
    ...(pictured ? { images: filesOf(messages) } : {}),
  };
  return { row, turns: turns.length };
}

/** Inserts a token for each image; the reader matches tokens with files in order. */
function withTokens(message: ChatMessage): string {
  return `${"<image>".repeat(imagesIn([message]).length)}${message.content}`;
}

export function assistantTurn({
  content,
  toolCalls = [],
}: AssistantMessage): { from: string; value: string } | string {
  if (toolCalls.length === 0) return { from: "gpt", value: content };
  if (content !== "") return "text together with tool calls";
  return { from: "function_call", value: callsText(toolCalls) };
}

function callsText(
  calls: readonly { readonly name: string; readonly arguments: { readonly [key: string]: Json } }[],
): string {
  const list = calls.map(({ name, arguments: given }) => ({ name, arguments: given }));
  const [only] = list;
  return canonicalJson(list.length === 1 && only !== undefined ? only : list);
}

/** The entries of `dataset_info.json` that name the files and their columns. */
export function llamaFactoryConfig(
  files: readonly string[],
  pictured: boolean,
): Readonly<Record<string, string>> {
  const entries = files.map((file) => [
    `toolwright_${file.replace(".jsonl", "")}`,
    {
      file_name: file,
      formatting: "sharegpt",
      columns: {
        messages: "conversations",
        system: "system",
        tools: "tools",
        ...(pictured ? { images: "images" } : {}),
      },
    },
  ]);
  return { "dataset_info.json": `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n` };
}
