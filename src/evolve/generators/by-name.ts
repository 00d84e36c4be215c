/** Generators by name. */
import { ConfigError, InputError } from "../../core/errors.ts";
import type { LanguageModel } from "../../core/ports.ts";
import type { Task } from "../../core/task.ts";
import type { PromptOverrides } from "../prompts/prompts.ts";
import { ensembleGenerator, offlineGenerator } from "./ensemble.ts";
import { enumerateGenerator } from "./enumerate/index.ts";
import type { Generator } from "./generator.ts";
import { foreignLanguage } from "./llm/foreign.ts";
import { llmGenerator } from "./llm/generator.ts";
import { mutationGenerator } from "./mutation/index.ts";
import { type Novelty, withNovelty } from "./novelty.ts";
import { tuningGenerator } from "./tuning/index.ts";

export const GENERATORS = [
  "offline",
  "mutation",
  "tuning",
  "enumerate",
  "llm",
  "ensemble",
] as const;

/**
 * The cost of a model's proposal for the bandit, in evaluations: about the number of evaluations of a
 * small task per second.
 */
const MODEL_COST = 50;

/** The settings of a model as a generator. */
export interface ModelArm {
  readonly model: LanguageModel;
  readonly temperature: number;
  /** The sandbox's description of its capabilities. */
  readonly capabilities: string;
  /** Texts that replace built-in prompts. */
  readonly prompts: PromptOverrides;
  /** Concurrent calls of the model. */
  readonly samplers: number;
  /** When a program counts as new. Absent: when it is not equal to another. */
  readonly novelty?: Novelty;
}

/** All generators that work offline, together with a model if there is one. */
export function defaultGenerator(withModel: boolean): (typeof GENERATORS)[number] {
  return withModel ? "ensemble" : "offline";
}

/** @throws InputError UNKNOWN_GENERATOR; ConfigError MODEL_MISSING */
export function generatorByName(name: string, task: Task, arm: ModelArm | undefined): Generator {
  if (foreignLanguage(task.language) !== undefined) return foreignGenerator(name, task, arm);
  switch (name) {
    case "offline":
      return offlineGenerator(task);
    case "mutation":
      return mutationGenerator();
    case "enumerate":
      return enumerateGenerator();
    case "tuning":
      return tuningGenerator();
    case "llm":
      return modelGenerator(requireModel(arm, name));
    case "ensemble":
      return ensembleGenerator([
        offlineGenerator(task),
        {
          generator: modelGenerator(requireModel(arm, name)),
          cost: MODEL_COST,
          // Each call requests several programs; together the calls keep the samplers busy.
          maxPending: Math.max(1, Math.ceil((arm?.samplers ?? 1) / 2)),
        },
      ]);
    default:
      throw new InputError(
        "UNKNOWN_GENERATOR",
        `Expected one of the generators ${GENERATORS.join(", ")}, got "${name}".`,
      );
  }
}

/** For languages that the other generators cannot parse: only a model writes them. */
function foreignGenerator(name: string, task: Task, arm: ModelArm | undefined): Generator {
  if (arm !== undefined && (name === "llm" || name === "ensemble")) return modelGenerator(arm);
  throw new ConfigError(
    "MODEL_MISSING",
    `Programs in ${task.language} need a generator with a model, got "${name}" without one. ` +
      "Configure a model (TOOLWRIGHT_MODEL), or omit the spec's language.",
  );
}

function modelGenerator({ novelty, ...arm }: ModelArm): Generator {
  const generator = llmGenerator(arm);
  return novelty === undefined ? generator : withNovelty(generator, novelty);
}

function requireModel(arm: ModelArm | undefined, generator: string): ModelArm {
  if (arm !== undefined) return arm;
  throw new ConfigError(
    "MODEL_MISSING",
    `The generator "${generator}" needs a model, but none is configured. Set TOOLWRIGHT_MODEL (and ` +
      "TOOLWRIGHT_BASE_URL for your own endpoint, OPENAI_API_KEY for its key), or choose " +
      "--generator offline.",
  );
}
