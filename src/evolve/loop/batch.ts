/**
 * One batch: parents are chosen, candidates proposed, repeats refused, the rest run.
 *
 * Everything that decides the batch (parents, draws, rivals) is fixed when it starts; refusing
 * repeats waits for the batch before, so that the outcome does not depend on which model answered
 * first.
 */
import { BudgetExceededError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import type { Task, TaskInstance } from "../../core/task.ts";
import type { Generator, Place, Proposal } from "../generators/generator.ts";
import type { Rivals, Strategy } from "../population/strategy.ts";
import type { RunBudget } from "./budget.ts";
import type { BatchResult, Candidate } from "./candidate.ts";
import type { Cascade, Outcome } from "./cascade.ts";
import { candidateDigest } from "./digest.ts";
import { ELITE_RANK } from "./noise.ts";
import type { Recorded } from "./recorded.ts";
import type { Ledger } from "./registrar.ts";

/** What a batch needs of its run. */
export interface Slot {
  readonly task: Task;
  readonly generator: Generator;
  readonly strategy: Strategy;
  readonly training: readonly TaskInstance[];
  readonly run: Cascade;
  readonly ledger: Ledger;
  readonly budget: RunBudget;
  readonly random: Random;
  readonly recorded?: Recorded;
}

/** Proposals per call of a generator: enough to use a choice of parents, few enough to vary them. */
const PER_CALL = 4;

/**
 * @param asked Proposals wanted; the seeds come whatever it is.
 * @param previous Settles when the batch before has its proposals, repeats refused.
 * @returns `proposals` settles when this batch has its own; `result` when they have run.
 */
export function proposeBatch(
  slot: Slot,
  index: number | "seeds",
  asked: number,
  previous: Promise<unknown>,
  signal: AbortSignal,
): { readonly proposals: Promise<unknown>; readonly result: Promise<BatchResult> } {
  const drafted = index === "seeds" ? seeds(slot) : draft(slot, index, asked, signal);
  const proposals = drafted.then(async (drafts) => {
    await previous;
    return { fresh: refuseRepeats(slot, drafts.list), spent: drafts.spent };
  });
  return {
    proposals: proposals.catch(() => undefined),
    result: proposals.then(async ({ fresh, spent }) => ({
      asked,
      candidates: await execute(slot, fresh, signal),
      spent,
    })),
  };
}

interface Draft {
  readonly proposal: Proposal;
  readonly place: Place | undefined;
  /** As they stood when the batch started: asked later, the answer would depend on speed. */
  readonly rivals: Rivals | undefined;
  /** Likewise: the fitness from which on it is run again. */
  readonly bar: number | undefined;
}

interface Drafts {
  readonly list: readonly Draft[];
  readonly spent: boolean;
}

async function seeds({ task }: Slot): Promise<Drafts> {
  const list = task.kernel.seeds.map((source) => ({
    proposal: { source, operator: "seed", parents: [] },
    place: undefined,
    rivals: undefined,
    // The task's own: only what is measured needs a second look.
    bar: task.noisy === true ? Number.NEGATIVE_INFINITY : undefined,
  }));
  return { list, spent: false };
}

async function draft(
  slot: Slot,
  index: number,
  asked: number,
  signal: AbortSignal,
): Promise<Drafts> {
  const { task, generator, strategy, random, training } = slot;
  const examples =
    task.harness === undefined ? training.map(({ input, expected }) => ({ input, expected })) : [];
  const bar = barOf(slot);
  const calls: Promise<readonly Draft[]>[] = [];
  for (let left = asked, call = 0; left > 0; left -= PER_CALL, call++) {
    const draws = random.fork(`batch-${index}/${call}`);
    const { parents, place } = strategy.select(generator.parents, draws.fork("select"));
    const rivals = strategy.rivals(place);
    const context = {
      task,
      random: draws.fork("propose"),
      count: Math.min(left, PER_CALL),
      place,
      best: strategy.best,
      examples,
    };
    calls.push(
      generator.propose(parents, context, signal).then((proposals) =>
        proposals.map((proposal) =>
          // Asked for earlier, elsewhere: nobody there has said yet what it must stand up to.
          proposal.place === undefined
            ? { proposal, place, rivals, bar }
            : { proposal, place: proposal.place, rivals: undefined, bar },
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
 * The fitness from which on a candidate has to stand a second look. In a noisy task that is the
 * elite's; where cases decide, the best of all, or the target once it is reached. An artefact of a
 * harness is checked as a whole, and its order is the task.
 */
function barOf({ task, strategy }: Slot): number | undefined {
  if (task.noisy === true) {
    return strategy.elite(ELITE_RANK)[ELITE_RANK - 1]?.fitness ?? Number.NEGATIVE_INFINITY;
  }
  if (task.harness !== undefined) return undefined;
  const best = strategy.best?.fitness ?? Number.NEGATIVE_INFINITY;
  if (task.target !== undefined && best >= task.target) return task.target;
  return best + (task.resolution ?? 1e-9);
}

type Fresh = Draft & { readonly digest: string; readonly runs: boolean };

/** Equal after normalising counts as equal. A spent budget refuses the tail of the batch. */
function refuseRepeats({ task, ledger, budget }: Slot, drafts: readonly Draft[]): readonly Fresh[] {
  const fresh: Fresh[] = [];
  for (const draft of drafts) {
    const digest = candidateDigest(draft.proposal.source, task.kernel);
    const runs = draft.proposal.failure === undefined && !ledger.seen.has(digest);
    if (runs) {
      if (budget.reserve(1) === 0) break;
      ledger.seen.add(digest);
    }
    fresh.push({ ...draft, digest, runs });
  }
  return fresh;
}

async function execute(
  slot: Slot,
  fresh: readonly Fresh[],
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const { run, recorded, budget } = slot;
  const outcomes = new Map<Fresh, Outcome>();
  for (const candidate of fresh) {
    const { failure } = candidate.proposal;
    if (failure !== undefined) {
      outcomes.set(candidate, { status: "failed", kind: "no-candidate", reason: failure });
      continue;
    }
    const known = candidate.runs ? recorded?.outcome(candidate.digest) : undefined;
    if (known !== undefined) outcomes.set(candidate, known);
  }
  const running = fresh.filter((candidate) => candidate.runs && !outcomes.has(candidate));
  if (running.length > 0) budget.begin();
  const contenders = running.map(({ proposal, rivals, bar }) => ({
    source: proposal.source,
    rivals,
    ...(bar === undefined ? {} : { bar }),
  }));
  for (const [index, outcome] of (await run.run(contenders, signal)).entries()) {
    outcomes.set(running[index] as Fresh, outcome);
  }
  return fresh.map((candidate) => ({
    proposal: candidate.proposal,
    digest: candidate.digest,
    place: candidate.place,
    outcome: outcomes.get(candidate),
  }));
}
