/**
 * The loop:
 *
 *   select    parents from the programs database         Strategy  -> Selection
 *   generate  candidates out of them                     Generator -> Proposal[]
 *   cascade   repeats refused, raced, run, scored        Sandbox, Evaluator -> Outcome[]
 *   register  in the order of the proposals              Outcome   -> database, generator, trace
 *
 * and at its end: pick the winner by validation, score it on sealed instances.
 *
 * Batches overlap, yet batch k always sees exactly what the batches up to k - inFlight taught, and
 * registration follows the order of proposals, not of completion. So a run depends on its seed and
 * configuration alone: the number of workers and their speed change nothing but the time.
 */
import { BudgetExceededError } from "../core/errors.ts";
import { seededRandom } from "../core/random.ts";
import type { Task } from "../core/task.ts";
import { type BatchResult, proposeBatch } from "./batch.ts";
import { type Meter, meter, type StopReason } from "./budget.ts";
import { cascade } from "./cascade.ts";
import { type Ledger, runLedger } from "./registrar.ts";
import type { EvolveOptions, EvolvePorts, EvolveResult } from "./run.ts";
import { crown } from "./winner.ts";

/** Batches in a row without anything new to run after which a generator counts as exhausted. */
const BARREN_BATCHES = 40;

/** @throws SandboxUnavailableError, ModelError, StoreError, or the signal's reason. */
export async function evolve(
  ports: EvolvePorts,
  options: EvolveOptions,
  signal: AbortSignal,
): Promise<EvolveResult> {
  const { task, strategy } = ports;
  const { seed, inFlight = 2 } = options;
  const training = task.instances("train", seed);
  const purse = meter(options.budget, ports.clock);
  const ledger = runLedger(ports, task.resolution ?? 1e-9);
  const run = cascade(task, training, ports.sandbox, ports.evaluator, seed);
  const lane = { ...ports, ...options, training, run, ledger, purse, random: seededRandom(seed) };

  // The starting programs are a batch of their own: run in full, known on every island.
  await ledger.register(await proposeBatch(lane, "seeds", Promise.resolve(), signal).result);

  // The oldest batch is registered before the next one selects its parents.
  const underWay: Promise<BatchResult>[] = [];
  let proposed: Promise<unknown> = Promise.resolve();
  let index = 0;
  let stopped = whyStop(task, ledger, purse, options);
  try {
    while (stopped === undefined || underWay.length > 0) {
      while (stopped === undefined && underWay.length < inFlight) {
        const { proposals, result } = proposeBatch(lane, index++, proposed, signal);
        proposed = proposals;
        result.catch(() => undefined); // Awaited below, in order; a failure must not go unhandled until then.
        underWay.push(result);
      }
      const oldest = underWay.shift();
      if (oldest === undefined) break;
      try {
        await ledger.register(await oldest);
      } catch (error) {
        // A model's money or tokens are spent: what was found until then is kept.
        if (!(error instanceof BudgetExceededError)) throw error;
        stopped = "budget";
        continue;
      }
      await ledger.maintain(lane.random.fork(`maintain-${index}`));
      options.onProgress?.({
        ...ledger.counts,
        seconds: purse.seconds,
        best: strategy.best,
        weights: ports.generator.weights?.() ?? {},
        islands: strategy.describe(),
      });
      stopped ??= whyStop(task, ledger, purse, options);
    }
  } finally {
    await Promise.allSettled(underWay);
  }

  const seconds = purse.seconds;
  const winner = await crown(ports, ledger.finalists(options.finalists ?? 128), seed, signal);
  return {
    winner,
    ...ledger.counts,
    seconds,
    weights: ports.generator.weights?.() ?? {},
    stopped: stopped ?? "budget",
  };
}

function whyStop(
  task: Task,
  ledger: Ledger,
  purse: Meter,
  { stagnation = Number.POSITIVE_INFINITY, polish = 0 }: EvolveOptions,
): StopReason | undefined {
  const reached =
    task.target !== undefined && (ledger.bestFitness ?? Number.NEGATIVE_INFINITY) >= task.target;
  if (reached && ledger.sinceImprovement >= polish) return "target";
  if (purse.spent) return "budget";
  if (ledger.sinceImprovement >= stagnation) return "stagnation";
  if (ledger.barrenBatches >= BARREN_BATCHES) return "exhausted";
  return undefined;
}
