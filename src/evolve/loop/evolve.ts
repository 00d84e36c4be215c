/**
 * The loop:
 *
 *   select    parents from the programs database              Strategy  -> Selection
 *   generate  candidates from them                            Generator -> Proposal[]
 *   cascade   refuse duplicates, race, run, score             Sandbox, Evaluator -> Outcome[]
 *   register  in the order of the proposals                   Outcome   -> database, generator, trace
 *
 * At the end: find the survivors, which fit every case; pick the winner by validation, or as the
 * shortest one, and score it on sealed instances.
 *
 * Batches overlap, but batch k always uses exactly the results of the batches up to k - inFlight, and
 * registration follows the order of proposals, not of completion. So a run depends only on its seed
 * and configuration; the number of workers and their speed change only the time.
 *
 * When the time is over, generation is aborted, and the proposals that have come are evaluated. If that
 * takes too long, all from the first one without a result on are dropped: a replay, which knows no
 * time, repeats the others in their order.
 */
import { SandboxUnavailableError } from "../../core/errors.ts";
import type { Sandbox } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import { seededRandom } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import { type BatchSignals, proposeBatch } from "./batch.ts";
import { type RunBudget, runBudget, type StopReason } from "./budget.ts";
import type { BatchResult } from "./candidate.ts";
import { cascade } from "./cascade.ts";
import { type Ledger, runLedger } from "./registrar.ts";
import type { EvolveOptions, EvolvePorts, EvolveResult } from "./run.ts";
import { runTime } from "./run-time.ts";
import { findSurvivors } from "./survivors.ts";
import { pickWinner } from "./winner.ts";

/** Default, in batches: a generator is exhausted when this many in a row contain nothing new to run. */
const EXHAUSTED_AFTER_BATCHES = 40;

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
  const { time = runTime(options.budget.seconds, ports.clock, options.recorded?.seconds) } =
    options;
  const budget = runBudget(options.budget, time);
  const ledger = runLedger(ports, task.resolution ?? 1e-9);
  const run = cascade(task, training, ports.sandbox, ports.evaluator, seed);
  // What is still running when the run ends is aborted.
  const ended = new AbortController();
  const signals: BatchSignals = {
    generation: AbortSignal.any([signal, ended.signal, time.deadline]),
    evaluation: AbortSignal.any([signal, ended.signal, time.end]),
  };
  const context = {
    ...ports,
    ...options,
    training,
    run,
    ledger,
    budget,
    time,
    random: seededRandom(seed),
  };
  if (options.recorded === undefined) time.begin();

  // The seeds are a separate batch: all of them run on all instances and enter every island.
  const untimed = { generation: signal, evaluation: signal };
  const seeds = await proposeBatch(context, "seeds", 0, Promise.resolve(), untimed).result;
  await ledger.register(seeds);

  // The oldest batch is registered before the next one selects its parents.
  const pending: Promise<BatchResult>[] = [];
  let requested = 0;
  /** Never requests more than may run: a model's programs cost money also if they do not run. */
  const nextBatchSize = (): number =>
    Math.min(
      batch,
      (options.budget.evaluations ?? Infinity) - ledger.counts.evaluations - requested,
    );
  let proposed: Promise<unknown> = Promise.resolve();
  let index = 0;
  let stopped = stopReason(task, ledger, budget, options);
  try {
    while (stopped === undefined || pending.length > 0) {
      while (stopped === undefined && pending.length < inFlight && nextBatchSize() > 0) {
        const size = nextBatchSize();
        requested += size;
        const { proposals, result } = proposeBatch(context, index++, size, proposed, signals);
        proposed = proposals;
        result.catch(() => undefined); // It is awaited below; until then a rejection is not "unhandled".
        pending.push(result);
      }
      const oldest = pending.shift();
      if (oldest === undefined) break;
      const done = await oldest;
      requested -= done.requested;
      await ledger.register(done);
      await ledger.maintain(context.random.fork(`maintain-${index}`));
      options.onProgress?.({
        ...ledger.counts,
        seconds: time.seconds,
        best: strategy.best,
        weights: ports.generator.weights?.() ?? {},
        islands: strategy.describe(),
      });
      stopped ??= stopReason(task, ledger, budget, options);
      if (done.spent) stopped ??= "budget";
      if (done.cut) break;
    }
  } finally {
    ended.abort();
    time.close();
    await Promise.allSettled(pending);
  }

  signal.throwIfAborted();
  const { seconds } = time;
  const { simplify = false, recorded } = options;
  const survivors = await findSurvivors(
    ports,
    ledger.fitting,
    training,
    { seed, simplify },
    signal,
  );
  const pools = [ledger.searched, ports.generator.searched ?? { count: 0, sample: [] }];
  const searched = pools.reduce((sum, { count }) => sum + count, survivors.tried);
  const winner = await pickWinner(
    ports,
    {
      finalists: ledger.finalists(options.finalists ?? 128),
      survivors: simplify || survivors.programs.length === 0 ? survivors.programs : ledger.fitting,
      pools,
    },
    seed,
    recorded,
    signal,
  );
  return {
    winner,
    survivors: survivors.programs,
    searched: Math.max(1, searched),
    start: startOf(seeds),
    ...ledger.counts,
    seconds,
    weights: ports.generator.weights?.() ?? {},
    stopped: stopped ?? "budget",
  };
}

function startOf({ candidates }: BatchResult): EvolveResult["start"] {
  const fitnesses = candidates.map(({ outcome }) =>
    outcome?.status === "scored" ? outcome.fitness : undefined,
  );
  const [floor] = fitnesses;
  const scored = fitnesses.filter((fitness) => fitness !== undefined);
  return {
    ...present({ floor }),
    ...(scored.length === 0 ? {} : { baseline: Math.max(...scored) }),
  };
}

/** Fails before the first candidate costs anything. */
function checkLanguage({ language }: Task, { name, capabilities }: Sandbox): void {
  if (language === undefined || capabilities.languages.includes(language)) return;
  throw new SandboxUnavailableError(
    `Expected a sandbox that runs ${language}, got ${name}, which runs ${capabilities.languages.join(", ")}. Choose another one, e.g. --sandboxes ${language}=container.`,
    { facts: { language } },
  );
}

function stopReason(
  task: Task,
  ledger: Ledger,
  budget: RunBudget,
  options: EvolveOptions,
): StopReason | undefined {
  const { stagnation = Number.POSITIVE_INFINITY, patient = false, polish = 0 } = options;
  const { batch = 64, exhaustedAfter = EXHAUSTED_AFTER_BATCHES * batch } = options;
  const reached =
    task.target !== undefined && (ledger.bestFitness ?? Number.NEGATIVE_INFINITY) >= task.target;
  if (reached && ledger.sinceImprovement >= polish) return "target";
  if (budget.spent) return "budget";
  const { evaluations } = ledger.counts;
  const patience = patient ? Math.max(stagnation, evaluations / 2) : stagnation;
  if (ledger.sinceImprovement >= patience) return "stagnation";
  if (ledger.sinceNewProgram >= exhaustedAfter) return "exhausted";
  return undefined;
}
