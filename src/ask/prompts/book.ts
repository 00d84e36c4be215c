/** Every prompt that the engine sends, in one book, and the files that replace them. */
import { readFileSync } from "node:fs";
import { ConfigError } from "../../core/errors.ts";
import { type PromptOverrides, promptBook } from "../../core/prompts.ts";
import { decodeText } from "../../core/text/decode.ts";
import { EVOLVE_PROMPTS } from "../../evolve/prompts/prompts.ts";
import { AGENT_TEMPLATES } from "./agent.ts";
import { CREATION_TEMPLATES } from "./creation.ts";
import { WALK_TEMPLATES } from "./walk.ts";

export const PROMPTS = promptBook([
  ...WALK_TEMPLATES,
  ...AGENT_TEMPLATES,
  ...CREATION_TEMPLATES,
  ...EVOLVE_PROMPTS.templates,
]);

/**
 * Reads the files once and checks them before a run starts.
 *
 * @param files Prompt names with the files whose text replaces them.
 * @throws ConfigError BAD_CONFIG for a file that cannot be read; InputError for an unknown prompt or
 * variable.
 */
export function readPrompts(files: Readonly<Record<string, string>>): PromptOverrides {
  const texts: Record<string, string> = {};
  for (const [name, file] of Object.entries(files)) {
    try {
      texts[name] = decodeText(readFileSync(file));
    } catch (error) {
      throw new ConfigError(
        "BAD_CONFIG",
        `Cannot read ${file}, which prompts.${name} names: ${(error as Error).message}. Correct the path.`,
        { cause: error },
      );
    }
  }
  PROMPTS.check(texts);
  return texts;
}
