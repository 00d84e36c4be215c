/** Generators by the names that a user gives. */
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
import { type Novelty, novel } from "./novelty.ts";
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
 * What a model's proposal costs the bandit, in evaluations: a second of waiting is worth about as
 * many evaluations of a small task.
 */
const MODEL_COST = 50;

/** What the model's arm is made with. */
export interface ModelArm {
  readonly model: LanguageModel;
  readonly temperature: number;
  /** The sandbox's own words on what it can do. */
  readonly capabilities: string;
  /** Texts that replace built-in prompts. */
  readonly prompts: PromptOverrides;
  /** Calls of the model in flight. */
  readonly samplers: number;
  /** What counts as new. Absent: everything that is not equal. */
  readonly novelty?: Novelty;
}

/** Everything that works offline, and a model beside it where one is there. */
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
      return byModel(needed(arm, name));
    case "ensemble":
      return ensembleGenerator([
        offlineGenerator(task),
        {
          generator: byModel(needed(arm, name)),
          cost: MODEL_COST,
          // A call asks for a few programs; together they keep the samplers busy.
          ahead: Math.max(1, Math.ceil((arm?.samplers ?? 1) / 2)),
        },
      ]);
    default:
      throw new InputError(
        "UNKNOWN_GENERATOR",
        `Expected a generator of ${GENERATORS.join(", ")}, got "${name}".`,
      );
  }
}

/** Only a model writes what this room can not read. */
function foreignGenerator(name: string, task: Task, arm: ModelArm | undefined): Generator {
  if (arm !== undefined && (name === "llm" || name === "ensemble")) return byModel(arm);
  throw new ConfigError(
    "MODEL_MISSING",
    `Programs in ${task.language} are written by a model alone, the generator "${name}" has none. ` +
      "Configure a model (TOOLWRIGHT_MODEL), or leave the spec's language out.",
  );
}

function byModel({ novelty, ...arm }: ModelArm): Generator {
  const generator = llmGenerator(arm);
  return novelty === undefined ? generator : novel(generator, novelty);
}

function needed(arm: ModelArm | undefined, generator: string): ModelArm {
  if (arm !== undefined) return arm;
  throw new ConfigError(
    "MODEL_MISSING",
    `The generator "${generator}" needs a model, none is configured. Set TOOLWRIGHT_MODEL (and ` +
      "TOOLWRIGHT_BASE_URL for an endpoint of your own, OPENAI_API_KEY for its key), or choose " +
      "--generator offline.",
  );
}
