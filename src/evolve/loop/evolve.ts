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
import { SandboxUnavailableError } from "../../core/errors.ts";
import type { Sandbox } from "../../core/ports.ts";
import { seededRandom } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import { proposeBatch } from "./batch.ts";
import { type RunBudget, runBudget, type StopReason } from "./budget.ts";
import type { BatchResult } from "./candidate.ts";
import { cascade } from "./cascade.ts";
import { type Ledger, runLedger } from "./registrar.ts";
import type { EvolveOptions, EvolvePorts, EvolveResult } from "./run.ts";
import { crown } from "./winner.ts";

/** In batches: where nobody says otherwise, a generator without anything new is exhausted. */
const BARREN_BATCHES = 40;

/** @throws SandboxUnavailableError, ModelError, StoreError, or the signal's reason. */
export async function evolve(
  ports: EvolvePorts,
  options: EvolveOptions,
  signal: AbortSignal,
): Promise<EvolveResult> {
  const { task, strategy } = ports;
  const { seed, batch = 64, inFlight = 2 } = options;
  checkLanguage(task, ports.sandbox);
  const training = task.instances("train", seed);
  const budget = runBudget(options.budget, ports.clock, options.recorded?.seconds);
  const ledger = runLedger(ports, task.resolution ?? 1e-9);
  const run = cascade(task, training, ports.sandbox, ports.evaluator, seed);
  // What a generator still has under way when the run is over is of no use to anybody.
  const over = new AbortController();
  const asking = AbortSignal.any([signal, over.signal]);
  const lane = { ...ports, ...options, training, run, ledger, budget, random: seededRandom(seed) };

  // The starting programs are a batch of their own: run in full, known on every island.
  const seeds = await proposeBatch(lane, "seeds", 0, Promise.resolve(), signal).result;
  await ledger.register(seeds);

  // The oldest batch is registered before the next one selects its parents.
  const underWay: Promise<BatchResult>[] = [];
  let asked = 0;
  /** No more is asked for than may run: what a model writes is paid for, run or not. */
  const room = (): number =>
    Math.min(batch, (options.budget.evaluations ?? Infinity) - ledger.counts.evaluations - asked);
  let proposed: Promise<unknown> = Promise.resolve();
  let index = 0;
  let stopped = whyStop(task, ledger, budget, options);
  try {
    while (stopped === undefined || underWay.length > 0) {
      while (stopped === undefined && underWay.length < inFlight && room() > 0) {
        const wanted = room();
        asked += wanted;
        const { proposals, result } = proposeBatch(lane, index++, wanted, proposed, asking);
        proposed = proposals;
        result.catch(() => undefined); // Awaited below, in order; a failure must not go unhandled until then.
        underWay.push(result);
      }
      const oldest = underWay.shift();
      if (oldest === undefined) break;
      const done = await oldest;
      asked -= done.asked;
      await ledger.register(done);
      await ledger.maintain(lane.random.fork(`maintain-${index}`));
      options.onProgress?.({
        ...ledger.counts,
        seconds: budget.seconds,
        best: strategy.best,
        weights: ports.generator.weights?.() ?? {},
        islands: strategy.describe(),
      });
      stopped ??= whyStop(task, ledger, budget, options);
      if (done.spent) stopped ??= "budget";
    }
  } finally {
    over.abort();
    await Promise.allSettled(underWay);
  }

  const seconds = budget.seconds;
  const finalists = ledger.finalists(options.finalists ?? 128);
  const winner = await crown(ports, finalists, seed, options.recorded, signal);
  return {
    winner,
    start: startOf(seeds),
    ...ledger.counts,
    seconds,
    weights: ports.generator.weights?.() ?? {},
    stopped: stopped ?? "budget",
  };
}

function startOf({ candidates }: BatchResult): EvolveResult["start"] {
  const known = candidates.map(({ outcome }) =>
    outcome?.status === "scored" ? outcome.fitness : undefined,
  );
  const [floor] = known;
  const scored = known.filter((fitness) => fitness !== undefined);
  return {
    ...(floor === undefined ? {} : { floor }),
    ...(scored.length === 0 ? {} : { baseline: Math.max(...scored) }),
  };
}

/** Better now than after the first candidate was paid for. */
function checkLanguage({ language }: Task, { name, capabilities }: Sandbox): void {
  if (language === undefined || capabilities.languages.includes(language)) return;
  throw new SandboxUnavailableError(
    `The task wants programs in ${language}, and the sandbox ${name} runs ${capabilities.languages.join(", ")}. Choose one that runs it, e.g. --sandboxes ${language}=container.`,
    { facts: { language } },
  );
}

function whyStop(
  task: Task,
  ledger: Ledger,
  budget: RunBudget,
  options: EvolveOptions,
): StopReason | undefined {
  const { stagnation = Number.POSITIVE_INFINITY, patient = false, polish = 0 } = options;
  const { batch = 64, barren = BARREN_BATCHES * batch } = options;
  const reached =
    task.target !== undefined && (ledger.bestFitness ?? Number.NEGATIVE_INFINITY) >= task.target;
  if (reached && ledger.sinceImprovement >= polish) return "target";
  if (budget.spent) return "budget";
  const { evaluations } = ledger.counts;
  const patience = patient ? Math.max(stagnation, evaluations / 2) : stagnation;
  if (ledger.sinceImprovement >= patience) return "stagnation";
  if (ledger.barren >= barren) return "exhausted";
  return undefined;
}
