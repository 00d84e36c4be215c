/** Who asks the model of a role on behalf of a request; nobody where none is configured. */
import type { Ask, AskedRole } from "../ask/ask.ts";
import { asker } from "../ask/asker.ts";
import { readPrompts } from "../ask/prompts/book.ts";
import { type Config, modelOfRole } from "../core/config.ts";
import type { LifeContext } from "../work/attempt.ts";
import { roleModels } from "./models.ts";

export async function askOf(
  config: Config,
  life: LifeContext,
  role: AskedRole,
): Promise<Ask | undefined> {
  if (modelOfRole(config, role) === undefined) return undefined;
  const { structured } = await import("../models/index.ts");
  return asker({
    steps: life.steps,
    structured,
    modelOf: roleModels({ config }, life),
    prompts: readPrompts(config.prompts),
    seed: life.work.seed,
  });
}
