/** Generators by the names that a user gives. */
import { ConfigError, InputError } from "../../core/errors.ts";
import type { LanguageModel } from "../../core/ports.ts";
import type { Task } from "../../core/task.ts";
import type { Generator } from "../generator.ts";
import { ensembleGenerator, offlineGenerator } from "./ensemble.ts";
import { type LlmCall, llmGenerator } from "./llm/generator.ts";
import { mutationGenerator } from "./mutation/index.ts";
import { tuningGenerator } from "./tuning/index.ts";

export const GENERATORS = ["offline", "mutation", "tuning", "llm", "ensemble"] as const;

/** @throws InputError UNKNOWN_GENERATOR, ConfigError MODEL_MISSING */
export function generatorByName(
  name: string,
  task: Task,
  model: LanguageModel | undefined,
  onCall: (call: LlmCall) => void | Promise<void>,
): Generator {
  switch (name) {
    case "offline":
      return offlineGenerator(task);
    case "mutation":
      return mutationGenerator();
    case "tuning":
      return tuningGenerator();
    case "llm":
      return llmGenerator({ model: needed(model, name), onCall });
    case "ensemble":
      return ensembleGenerator([
        offlineGenerator(task),
        llmGenerator({ model: needed(model, name), onCall }),
      ]);
    default:
      throw new InputError(
        "UNKNOWN_GENERATOR",
        `Expected a generator of ${GENERATORS.join(", ")}, got "${name}".`,
      );
  }
}

function needed(model: LanguageModel | undefined, generator: string): LanguageModel {
  if (model !== undefined) return model;
  throw new ConfigError(
    "MODEL_MISSING",
    `The generator "${generator}" needs a model, none is configured. Set TOOLWRIGHT_MODEL (and ` +
      "TOOLWRIGHT_BASE_URL for an endpoint of your own, OPENAI_API_KEY for its key), or choose " +
      "--generator offline.",
  );
}
