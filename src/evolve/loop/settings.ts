/**
 * What a run is made with when its caller leaves things open: the pace that suits its generator, the
 * stop rules that suit its task. All of it decides the run, so all of it is the same in a resumed one.
 */
import { ConfigError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import type { EvolveBudget } from "./budget.ts";
import type { EvolveOptions } from "./run.ts";

/** Programs of one prompt (FunSearch). */
const PER_PROMPT = 4;
/** A model that repeats itself this often will go on doing so, and each reply is paid for. */
const MODEL_BARREN = 32;
/** Evaluations after the target in which a shorter program is looked for. */
const OFFLINE_POLISH = 400;
/** Evaluations without a better program after which a search without a model gives a target up. */
const OFFLINE_PATIENCE = 40_000;

export interface Wanted {
  readonly task: Task;
  readonly generator: string;
  readonly seed: number;
  /** Whether a model writes programs. */
  readonly model: boolean;
  /** Calls of the model in flight. */
  readonly samplers: number;
  readonly budget: EvolveBudget;
  /** Where the budget bounds neither evaluations nor time, and no model's spending ends the run. */
  readonly defaultSeconds: number;
  readonly stagnation?: number;
}

/** @throws ConfigError MODEL_MISSING for a budget that only a model can spend. */
export function settingsOf(wanted: Wanted): EvolveOptions {
  const { task, generator, seed, model, samplers, stagnation } = wanted;
  const asks = model && (generator === "llm" || generator === "ensemble");
  const patience = stagnation ?? (asks || task.target === undefined ? undefined : OFFLINE_PATIENCE);
  return {
    seed,
    budget: budgetOf(wanted, asks),
    // A model's programs are bought one by one, and rarely get shorter by buying more.
    polish: asks ? 0 : OFFLINE_POLISH,
    ...(patience === undefined ? {} : { stagnation: patience }),
    // Whoever asks for an end after so many evaluations gets it; a default leaves a search that
    // found something late as long again.
    ...(stagnation === undefined ? { patient: true } : {}),
    ...(generator === "llm" ? modelPace(samplers) : {}),
  };
}

/**
 * A model's batch is one prompt. Twice as many programs are under way as there are samplers: while
 * the oldest reply is waited for, the samplers have other prompts to go on with. Without a model,
 * large batches cost the sandbox less.
 */
function modelPace(samplers: number): Pick<EvolveOptions, "batch" | "inFlight" | "barren"> {
  const inFlight = Math.max(2, Math.ceil((2 * samplers) / PER_PROMPT));
  return { batch: PER_PROMPT, inFlight, barren: MODEL_BARREN };
}

function budgetOf({ budget, defaultSeconds }: Wanted, asks: boolean): EvolveBudget {
  const spends = budget.tokens !== undefined || budget.usd !== undefined;
  if (spends && !asks) {
    throw new ConfigError(
      "MODEL_MISSING",
      "A budget in tokens or dollars is for a model, and no model writes programs in this run. " +
        "Configure one (TOOLWRIGHT_MODEL), or give a budget in seconds or evaluations.",
    );
  }
  if (budget.seconds !== undefined || budget.evaluations !== undefined || spends) return budget;
  return { ...budget, seconds: defaultSeconds };
}
