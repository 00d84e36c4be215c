/** Who asks the model of a role on behalf of a request; nobody where none is configured. */
import type { Ask, AskedRole } from "../agent/ask.ts";
import { asker } from "../agent/asking.ts";
import { readPrompts } from "../agent/prompts/book.ts";
import { type Config, modelOfRole } from "../config.ts";
import type { LifeContext } from "../requests.ts";
import { roleModels } from "./roles.ts";

export async function askOf(
  config: Config,
  life: LifeContext,
  role: AskedRole,
): Promise<Ask | undefined> {
  if (modelOfRole(config, role) === undefined) return undefined;
  const { structured } = await import("../llm/index.ts");
  return asker({
    steps: life.steps,
    structured,
    modelOf: roleModels({ config }, life),
    prompts: readPrompts(config.prompts),
    seed: life.work.seed,
  });
}
