/** `toolwright prompts`: every text that is sent to a model, and which file replaces it. */
import type { Command } from "commander";
import { PROMPTS, readPrompts } from "../../ask/prompts/book.ts";
import { loadConfig } from "../../engine/load-config.ts";

import { createOutput, table } from "../output.ts";

interface PromptFlags {
  readonly json?: boolean;
}

export function addPrompts(prompts: Command): void {
  prompts
    .command("ls")
    .description("list them")
    .option("--json", "print only one JSON document on stdout")
    .action((flags: PromptFlags) => {
      const list = PROMPTS.list(configured());
      createOutput(flags.json === true).result(
        list,
        table(
          ["name", "version", "description"],
          list.map(({ name, version, description }) => [name, version, description]),
        ),
      );
    });

  prompts
    .command("show")
    .description("show one prompt as it is sent, with its variables")
    .argument("<name>", "its name")
    .option("--json", "print only one JSON document on stdout")
    .action((name: string, flags: PromptFlags) => {
      const prompt = PROMPTS.show(name, configured());
      createOutput(flags.json === true).result(prompt, prompt.text);
    });
}

function configured() {
  return readPrompts(loadConfig({ environment: process.env }).prompts);
}
