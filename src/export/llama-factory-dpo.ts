/**
 * Preference pairs for LLaMA-Factory (`formatting: sharegpt`, `ranking: true`): `conversations` that end
 * with human or observation, an odd number of turns, and one turn each for `chosen` and `rejected`.
 */
import type { Row } from "./chat.ts";
import type { Preference } from "./examples.ts";
import { assistantTurn, turnsRow } from "./llama-factory.ts";

export function llamaFactoryDpo(
  { prompt, tools = [], chosen, rejected }: Preference,
  pictured: boolean,
): Row | string {
  const made = turnsRow(prompt, tools, pictured);
  if (typeof made === "string") return made;
  if (made.turns % 2 === 0) return "the prompt does not end with the user or a tool";
  const [better, worse] = [assistantTurn(chosen), assistantTurn(rejected)];
  if (typeof better === "string") return better;
  if (typeof worse === "string") return worse;
  return { ...made.row, chosen: better, rejected: worse };
}

/** The entries of `dataset_info.json`; without `ranking` the halves would not be read. */
export function llamaFactoryDpoConfig(
  files: readonly string[],
  pictured: boolean,
): Readonly<Record<string, string>> {
  const entries = files.map((file) => [
    `toolwright_dpo_${file.replace(".jsonl", "")}`,
    {
      file_name: file,
      formatting: "sharegpt",
      ranking: true,
      columns: {
        messages: "conversations",
        chosen: "chosen",
        rejected: "rejected",
        system: "system",
        tools: "tools",
        ...(pictured ? { images: "images" } : {}),
      },
    },
  ]);
  return { "dataset_info.json": `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n` };
}
