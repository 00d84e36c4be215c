/**
 * One batch: parents are chosen, candidates proposed, repeats refused, the rest run.
 *
 * Everything that decides the batch (parents, draws, rivals) is fixed when it starts; refusing
 * repeats waits for the batch before, so that the outcome does not depend on which model answered
 * first.
 */
import type { Random } from "../core/random.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { Meter } from "./budget.ts";
import type { Cascade, Outcome } from "./cascade.ts";
import { candidateDigest } from "./digest.ts";
import type { Generator, Proposal } from "./generator.ts";
import type { Recorded } from "./recorded.ts";
import type { Ledger } from "./registrar.ts";
import type { Place, Rivals, Strategy } from "./strategy.ts";

/** What a batch needs of its run. */
export interface Slot {
  readonly task: Task;
  readonly generator: Generator;
  readonly strategy: Strategy;
  readonly training: readonly TaskInstance[];
  readonly run: Cascade;
  readonly ledger: Ledger;
  readonly purse: Meter;
  readonly random: Random;
  readonly batch?: number;
  readonly recorded?: Recorded;
}

export interface Candidate {
  readonly proposal: Proposal;
  readonly digest: string;
  /** Undefined for a seed: it belongs to every island. */
  readonly place: Place | undefined;
  /** Undefined for a repeat: it did not run. */
  readonly outcome: Outcome | undefined;
}

export interface BatchResult {
  /** In the order of the proposals. */
  readonly candidates: readonly Candidate[];
}

/** Proposals per call of a generator: enough to use a choice of parents, few enough to vary them. */
const PER_CALL = 4;

/**
 * @param previous Settles when the batch before has its proposals, repeats refused.
 * @returns `proposals` settles when this batch has its own; `result` when they have run.
 */
export function proposeBatch(
  slot: Slot,
  index: number | "seeds",
  previous: Promise<unknown>,
  signal: AbortSignal,
): { readonly proposals: Promise<unknown>; readonly result: Promise<BatchResult> } {
  const drafted = index === "seeds" ? seeds(slot) : draft(slot, index, signal);
  const proposals = drafted.then(async (drafts) => {
    await previous;
    return refuseRepeats(slot, drafts);
  });
  return {
    proposals: proposals.catch(() => undefined),
    result: proposals.then((fresh) => execute(slot, fresh, signal)),
  };
}

interface Draft {
  readonly proposal: Proposal;
  readonly place: Place | undefined;
  /** As they stood when the batch started: asked later, the answer would depend on speed. */
  readonly rivals: Rivals | undefined;
}

async function seeds({ task }: Slot): Promise<readonly Draft[]> {
  return task.kernel.seeds.map((source) => ({
    proposal: { source, operator: "seed", parents: [] },
    place: undefined,
    rivals: undefined,
  }));
}

async function draft(slot: Slot, index: number, signal: AbortSignal): Promise<readonly Draft[]> {
  const { task, generator, strategy, random, batch = 64, training } = slot;
  const examples =
    task.harness === undefined ? training.map(({ input, expected }) => ({ input, expected })) : [];
  const calls: Promise<readonly Draft[]>[] = [];
  for (let left = batch, call = 0; left > 0; left -= PER_CALL, call++) {
    const draws = random.fork(`batch-${index}/${call}`);
    const { parents, place } = strategy.select(generator.parents, draws.fork("select"));
    const rivals = strategy.rivals(place);
    const context = {
      task,
      random: draws.fork("propose"),
      count: Math.min(left, PER_CALL),
      best: strategy.best,
      examples,
    };
    const proposing = generator
      .propose(parents, context, signal)
      .then((proposals) => proposals.map((proposal) => ({ proposal, place, rivals })));
    // All are awaited together below; one that fails early must not count as unhandled.
    proposing.catch(() => undefined);
    calls.push(proposing);
  }
  return (await Promise.all(calls)).flat();
}

type Fresh = Draft & { readonly digest: string; readonly runs: boolean };

/** Equal after normalising counts as equal. A spent budget refuses the tail of the batch. */
function refuseRepeats({ task, ledger, purse }: Slot, drafts: readonly Draft[]): readonly Fresh[] {
  const fresh: Fresh[] = [];
  for (const draft of drafts) {
    const digest = candidateDigest(draft.proposal.source, task.kernel);
    const runs = draft.proposal.failure === undefined && !ledger.seen.has(digest);
    if (runs) {
      if (purse.reserve(1) === 0) break;
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
): Promise<BatchResult> {
  const { run, recorded } = slot;
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
  const contenders = running.map(({ proposal, rivals }) => ({ source: proposal.source, rivals }));
  for (const [index, outcome] of (await run.run(contenders, signal)).entries()) {
    outcomes.set(running[index] as Fresh, outcome);
  }
  return {
    candidates: fresh.map((candidate) => ({
      proposal: candidate.proposal,
      digest: candidate.digest,
      place: candidate.place,
      outcome: outcomes.get(candidate),
    })),
  };
}
