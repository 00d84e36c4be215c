/** The files that replace prompts, read once and checked before a run starts. */
import { readFileSync } from "node:fs";
import { ConfigError } from "../../core/errors.ts";
import { checkOverrides, type PromptOverrides } from "./prompts.ts";

/**
 * @param files Prompt names with the files whose text replaces them.
 * @throws ConfigError BAD_CONFIG for a file that cannot be read; InputError for an unknown prompt or
 * variable.
 */
export function readPrompts(files: Readonly<Record<string, string>>): PromptOverrides {
  const texts: Record<string, string> = {};
  for (const [name, file] of Object.entries(files)) {
    try {
      texts[name] = readFileSync(file, "utf8");
    } catch (error) {
      throw new ConfigError(
        "BAD_CONFIG",
        `Cannot read ${file}, which prompts.${name} names: ${(error as Error).message}. Correct the path.`,
        { cause: error },
      );
    }
  }
  checkOverrides(texts);
  return texts;
}
