/**
 * An evolution inside a request: one step, with one child run per attempt that worked on it. If an
 * attempt stopped in the middle, the next one resumes from its run and pays for nothing twice.
 */
import type { RunSummary } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import type { Amounts, Spending } from "../core/spending.ts";
import type { Steps } from "../core/steps.ts";
import type { Task } from "../core/task.ts";
import type { EvolveBudget } from "../evolve/loop/budget.ts";
import type { EvolveResult } from "../evolve/loop/run.ts";

export interface Evolved {
  readonly runId: string;
  readonly result: EvolveResult;
}

export interface EvolutionPorts {
  readonly steps: Steps;
  readonly spending: Spending;
  readonly runs: Pick<EventStore, "runs">;
  readonly evolve: (
    task: Task,
    run: { readonly id: string; readonly resume?: string; readonly budget: EvolveBudget },
    signal: AbortSignal,
  ) => Promise<Evolved>;
  /** Budget for creating one tool; the request's own budget is a second limit. */
  readonly budget: EvolveBudget;
}

export async function evolutionStep(ports: EvolutionPorts, task: Task): Promise<Evolved> {
  const { steps, spending } = ports;
  const result = await steps.step(
    "evolve",
    async ({ idempotencyKey, signal }) => {
      const reserved = await spending.reserve(
        "evolution",
        bounded(ports.budget, spending.left()),
        // Its run counts the work of all attempts.
        { resumable: true },
      );
      const base = `evo-${idempotencyKey.slice(0, 16)}`;
      const earlier = (await ports.runs.runs()).filter(
        ({ id }) =>
          id === base || (id.startsWith(`${base}-`) && /^\d+$/.test(id.slice(base.length + 1))),
      );
      const left = fullest(earlier);
      const evolved = await ports.evolve(
        task,
        {
          id: earlier.length === 0 ? base : `${base}-${earlier.length + 1}`,
          budget: reserved.amounts,
          ...(left === undefined ? {} : { resume: left.id }),
        },
        signal,
      );
      const { evaluations, seconds } = evolved.result;
      await reserved.settle({ ...reserved.amounts, evaluations, seconds });
      return evolved as unknown as Json;
    },
    { input: { task: task.name } },
  );
  return result as unknown as Evolved;
}

/** The run that has recorded the most paid work. */
function fullest(runs: readonly RunSummary[]): RunSummary | undefined {
  return runs.reduce<RunSummary | undefined>(
    (best, run) => (best === undefined || run.events > best.events ? run : best),
    undefined,
  );
}

/** The smaller of both, per unit. */
function bounded(budget: EvolveBudget, left: Amounts): EvolveBudget {
  const units = ["evaluations", "seconds", "tokens", "usd", "calls"] as const;
  const bounds = units.flatMap((unit) => {
    const limits = [budget[unit], left[unit]].filter((bound) => bound !== undefined);
    return limits.length === 0 ? [] : [[unit, Math.min(...limits)] as const];
  });
  return Object.fromEntries(bounds);
}
