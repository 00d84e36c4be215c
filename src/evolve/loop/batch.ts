/**
 * One batch: select parents, generate candidates, refuse duplicates, run the others.
 *
 * Everything that decides the batch (parents, random draws, race limits) is fixed when it starts.
 * Duplicates are refused only after the previous batch has its proposals, so that the outcome does
 * not depend on which model replied first.
 */
import { BudgetExceededError } from "../../core/errors.ts";
import { present } from "../../core/present.ts";
import type { Random } from "../../core/random.ts";
import type { Task, TaskInstance } from "../../core/task.ts";
import type { Generator, Place, Proposal } from "../generators/generator.ts";
import type { ParentRange, Strategy } from "../population/strategy.ts";
import type { RunBudget } from "./budget.ts";
import type { BatchResult } from "./candidate.ts";
import type { Cascade, Outcome } from "./cascade.ts";
import { candidateDigest } from "./digest.ts";
import { ELITE_RANK } from "./noise.ts";
import type { Recorded } from "./recorded.ts";
import type { Ledger } from "./registrar.ts";
import type { RunTime } from "./run-time.ts";

/** What a batch uses of its run. */
export interface BatchContext {
  readonly task: Task;
  readonly generator: Generator;
  readonly strategy: Strategy;
  readonly training: readonly TaskInstance[];
  readonly run: Cascade;
  readonly ledger: Ledger;
  readonly budget: RunBudget;
  readonly time: RunTime;
  readonly random: Random;
  readonly recorded?: Recorded;
}

/** Candidates of one run in the sandbox after the deadline. */
const LAST_RUN_SIZE = 8;

/** At a deadline generation ends first: then what has come is evaluated. */
export interface BatchSignals {
  readonly generation: AbortSignal;
  readonly evaluation: AbortSignal;
}

/** Proposals per call of a generator: several from the same parents, but few enough to vary parents. */
const PER_CALL = 4;

/**
 * @param requested Number of proposals; the seeds are always all proposed.
 * @param previous Settles when the previous batch has its proposals without duplicates.
 * @returns `proposals` settles when this batch has its proposals; `result` when they have run.
 */
export function proposeBatch(
  context: BatchContext,
  index: number | "seeds",
  requested: number,
  previous: Promise<unknown>,
  signals: BatchSignals,
): { readonly proposals: Promise<unknown>; readonly result: Promise<BatchResult> } {
  const drafted =
    index === "seeds" ? seeds(context) : draft(context, index, requested, signals.generation);
  const proposals = drafted.then(async (drafts) => {
    await previous;
    return { admitted: refuseDuplicates(context, drafts.list), spent: drafts.spent };
  });
  return {
    proposals: proposals.catch(() => undefined),
    result: proposals.then(async ({ admitted, spent }) => ({
      requested,
      spent,
      ...(await execute(context, admitted, signals.evaluation)),
    })),
  };
}

interface Draft {
  readonly proposal: Proposal;
  readonly place: Place | undefined;
  /** Fixed when the batch starts: a later value would depend on speed. */
  readonly parentRange: ParentRange | undefined;
  /** Fixed likewise: a candidate with at least this fitness is run again. */
  readonly recheckFrom: number | undefined;
}

interface Drafts {
  readonly list: readonly Draft[];
  readonly spent: boolean;
}

async function seeds({ task }: BatchContext): Promise<Drafts> {
  const list = task.kernel.seeds.map((source) => ({
    proposal: { source, operator: "seed", parents: [] },
    place: undefined,
    parentRange: undefined,
    // Seeds come from the task itself: they are run again only if scores are measured.
    recheckFrom: task.noisy === true ? Number.NEGATIVE_INFINITY : undefined,
  }));
  return { list, spent: false };
}

async function draft(
  context: BatchContext,
  index: number,
  requested: number,
  signal: AbortSignal,
): Promise<Drafts> {
  const { task, generator, strategy, random, training } = context;
  const examples =
    task.harness === undefined ? training.map(({ input, expected }) => ({ input, expected })) : [];
  const recheckFrom = recheckFitness(context);
  const calls: Promise<readonly Draft[]>[] = [];
  for (let left = requested, call = 0; left > 0; left -= PER_CALL, call++) {
    const draws = random.fork(`batch-${index}/${call}`);
    const { parents, place } = strategy.select(generator.parents, draws.fork("select"));
    const parentRange = strategy.parentRange(place);
    const proposeContext = {
      task,
      random: draws.fork("propose"),
      count: Math.min(left, PER_CALL),
      place,
      best: strategy.best,
      examples,
    };
    calls.push(
      generator.propose(parents, proposeContext, signal).then((proposals) =>
        proposals.map((proposal) =>
          // Requested by an earlier batch for another island, whose parent range is not known here.
          proposal.place === undefined
            ? { proposal, place, parentRange, recheckFrom }
            : { proposal, place: proposal.place, parentRange: undefined, recheckFrom },
        ),
      ),
    );
  }
  let spent = false;
  const list = (await Promise.allSettled(calls)).flatMap((call) => {
    if (call.status === "fulfilled") return call.value;
    if (!(call.reason instanceof BudgetExceededError)) throw call.reason;
    spent = true;
    return [];
  });
  return { list, spent };
}

/**
 * A candidate with at least this fitness is run again. In a noisy task it is the fitness of the
 * elite; with cases, a fitness above the best, or the target once it is reached. The artefact of a
 * harness is checked as a whole, and the order of calls is part of the task.
 */
function recheckFitness({ task, strategy }: BatchContext): number | undefined {
  if (task.noisy === true) {
    return strategy.elite(ELITE_RANK)[ELITE_RANK - 1]?.fitness ?? Number.NEGATIVE_INFINITY;
  }
  if (task.harness !== undefined) return undefined;
  const best = strategy.best?.fitness ?? Number.NEGATIVE_INFINITY;
  if (task.target !== undefined && best >= task.target) return task.target;
  return best + (task.resolution ?? 1e-9);
}

type Admitted = Draft & { readonly digest: string; readonly runs: boolean };

/** Sources that are equal after normalising are duplicates. A spent budget cuts the batch off. */
function refuseDuplicates(
  { task, ledger, budget }: BatchContext,
  drafts: readonly Draft[],
): readonly Admitted[] {
  const admitted: Admitted[] = [];
  for (const draft of drafts) {
    const digest = candidateDigest(draft.proposal.source, task.kernel);
    const runs = draft.proposal.failure === undefined && !ledger.seen.has(digest);
    if (runs) {
      if (budget.reserve(1) === 0) break;
      ledger.seen.add(digest);
    }
    admitted.push({ ...draft, digest, runs });
  }
  return admitted;
}

async function execute(
  context: BatchContext,
  admitted: readonly Admitted[],
  signal: AbortSignal,
): Promise<Pick<BatchResult, "candidates" | "cut">> {
  const { run, recorded, time } = context;
  const outcomes = new Map<Admitted, Outcome>();
  for (const candidate of admitted) {
    const { failure } = candidate.proposal;
    if (failure !== undefined) {
      outcomes.set(candidate, { status: "failed", kind: "no-candidate", reason: failure });
      continue;
    }
    const known = candidate.runs ? recorded?.outcome(candidate.digest) : undefined;
    if (known !== undefined) outcomes.set(candidate, known);
  }
  const running = admitted.filter((candidate) => candidate.runs && !outcomes.has(candidate));
  if (running.length > 0) time.begin();
  const inputs = running.map(({ proposal, parentRange, recheckFrom }) => ({
    source: proposal.source,
    parentRange,
    ...present({ recheckFrom }),
  }));
  // A run in the sandbox gives all of its results or none: near the end, smaller ones save some.
  const size = time.deadline.aborted ? LAST_RUN_SIZE : Math.max(1, inputs.length);
  try {
    for (let from = 0; from < inputs.length; from += size) {
      const part = await run.run(inputs.slice(from, from + size), signal);
      for (const [index, outcome] of part.entries()) {
        outcomes.set(running[from + index] as Admitted, outcome);
      }
    }
  } catch (error) {
    if (!time.end.aborted || error !== time.end.reason) throw error;
  }
  const first = admitted.findIndex((candidate) => candidate.runs && !outcomes.has(candidate));
  const candidates = admitted.slice(0, first === -1 ? admitted.length : first).map((candidate) => ({
    proposal: candidate.proposal,
    digest: candidate.digest,
    place: candidate.place,
    outcome: outcomes.get(candidate),
  }));
  return { candidates, cut: first !== -1 };
}
