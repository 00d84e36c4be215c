/**
 * The default settings of a run: batch sizes that suit its generator, stop rules that suit its task.
 * All settings decide the run, so a resumed run must have the same.
 */
import { ConfigError } from "../../core/errors.ts";
import { present } from "../../core/present.ts";
import type { Task } from "../../core/task.ts";
import type { EvolveBudget } from "./budget.ts";
import type { EvolveOptions } from "./run.ts";

/** Programs of one prompt (FunSearch). */
const PER_PROMPT = 4;
/** A model that has repeated itself this often continues to do so, and each reply costs money. */
const MODEL_EXHAUSTED_AFTER = 32;
/** After the target is reached, evaluations that search for a shorter program. */
const OFFLINE_POLISH = 400;
/** A search without a model gives up its target after this many evaluations without a better program. */
const OFFLINE_PATIENCE = 40_000;

export interface SettingsInput {
  readonly task: Task;
  readonly generator: string;
  readonly seed: number;
  /** Whether a model writes programs. */
  readonly model: boolean;
  /** Concurrent calls of the model. */
  readonly samplers: number;
  readonly budget: EvolveBudget;
  /** Used if the budget limits neither evaluations nor time nor a model's spending. */
  readonly defaultSeconds: number;
  readonly stagnation?: number;
}

/** @throws ConfigError MODEL_MISSING for a budget that only a model can spend. */
export function settingsOf(input: SettingsInput): EvolveOptions {
  const { task, generator, seed, model, samplers, stagnation } = input;
  const usesModel = model && (generator === "llm" || generator === "ensemble");
  const patience =
    stagnation ?? (usesModel || task.target === undefined ? undefined : OFFLINE_PATIENCE);
  return {
    seed,
    budget: budgetOf(input, usesModel),
    // A model's programs cost money each, and more of them are rarely shorter.
    polish: usesModel ? 0 : OFFLINE_POLISH,
    simplify: !usesModel,
    ...present({ stagnation: patience }),
    // An explicit limit is exact. With the default, a search with a late improvement runs as long again.
    ...(stagnation === undefined ? { patient: true } : {}),
    ...(generator === "llm" ? modelPace(samplers) : {}),
  };
}

/**
 * A model's batch is one prompt. Twice as many programs are requested as there are samplers, so that
 * the samplers have other prompts while the loop waits for the oldest reply. Without a model, large
 * batches are cheaper in the sandbox.
 */
function modelPace(samplers: number): Pick<EvolveOptions, "batch" | "inFlight" | "exhaustedAfter"> {
  const inFlight = Math.max(2, Math.ceil((2 * samplers) / PER_PROMPT));
  return { batch: PER_PROMPT, inFlight, exhaustedAfter: MODEL_EXHAUSTED_AFTER };
}

function budgetOf({ budget, defaultSeconds }: SettingsInput, usesModel: boolean): EvolveBudget {
  const isModelBudget = budget.tokens !== undefined || budget.usd !== undefined;
  if (isModelBudget && !usesModel) {
    throw new ConfigError(
      "MODEL_MISSING",
      "A budget in tokens or dollars needs a model, but no model writes programs in this run. " +
        "Configure one (TOOLWRIGHT_MODEL), or give a budget in seconds or evaluations.",
    );
  }
  if (budget.seconds !== undefined || budget.evaluations !== undefined || isModelBudget) {
    return budget;
  }
  return { ...budget, seconds: defaultSeconds };
}
