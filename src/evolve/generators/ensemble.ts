/**
 * Distributes proposals among generators by their reward per cost.
 *
 * A discounted upper confidence bound (Garivier and Moulines, ALT 2011) decides shares instead of a
 * single winner, because a batch starts before the previous one has results. Costs are counted in
 * evaluations, never in seconds, so that a run can be replayed. Every arm keeps a minimum share: the
 * worst arm of the first minute may be the best one in the tenth.
 */
import { BudgetExceededError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import { resultRewards } from "./ensemble-reward.ts";
import { enumerateGenerator } from "./enumerate/index.ts";
import type { Generator, Proposal, ProposalResult } from "./generator.ts";
import { mutationGenerator } from "./mutation/index.ts";
import { pendingCalls } from "./pending-calls.ts";
import { isTunable, tuningGenerator } from "./tuning/index.ts";

export interface Arm {
  readonly generator: Generator;
  /** Cost of one proposal in addition to its evaluation, in evaluations; e.g. a model's price. */
  readonly cost?: number;
  /** Minimum share of the proposals, in [0, 1]; default: the ensemble's floor. */
  readonly floor?: number;
  /**
   * For an arm that answers immediately and may be exhausted: if it gives too few proposals, the next
   * arm gives the others. Not for models: the time of a late answer would decide what the next arm
   * knows.
   */
  readonly fallsThrough?: boolean;
  /**
   * For a slow arm: maximum number of pending calls while the other arms continue. The proposals of a
   * call are returned a fixed number of calls later, after waiting for them.
   */
  readonly maxPending?: number;
}

export interface EnsembleOptions {
  readonly name?: string;
  /** Minimum share of each arm; the sum over the arms must be at most 1. */
  readonly floor?: number;
  /** Number of evaluations after which a reward has half of its weight. */
  readonly halfLife?: number;
  /** Weight of the confidence bound, at least 0. */
  readonly exploration?: number;
}

/** In evaluations: a lost race ran some of the instances; a failure ended early; a duplicate did not run. */
const COSTS: Readonly<Record<ProposalResult["status"], number>> = {
  scored: 1,
  dropped: 0.3,
  failed: 0.3,
  duplicate: 0.02,
};

/** An arm without results counts as tried after this many requested proposals. */
const MAX_UNTRIED = 256;

interface ArmState {
  readonly generator: Generator;
  readonly maxPending: number;
  readonly cost: number;
  readonly floor: number;
  readonly fallsThrough: boolean;
  /** Requested proposals, delivered or not. */
  requested: number;
  /** Discounted sums. */
  reward: number;
  spent: number;
}

/** @throws RangeError if there is no arm, or the floors sum to more than 1. */
export function ensembleGenerator(
  arms: readonly (Generator | Arm)[],
  {
    name = "ensemble",
    floor = Math.min(0.15, 0.5 / Math.max(1, arms.length)),
    halfLife = 3_000,
    exploration = 0.02,
  }: EnsembleOptions = {},
): Generator {
  const states = arms.map((arm): ArmState => {
    const {
      generator,
      cost = 0,
      floor: own = floor,
      fallsThrough = false,
      maxPending = 0,
    } = "generator" in arm ? arm : { generator: arm };
    const start = { requested: 0, reward: 0, spent: 0 };
    return { generator, cost, floor: own, fallsThrough, maxPending, ...start };
  });
  const floors = states.reduce((sum, state) => sum + state.floor, 0);
  if (states.length === 0 || floors > 1) {
    throw new RangeError(
      `An ensemble needs at least one arm, and floors with a sum of at most 1, got ${states.length} arms and the sum ${floors}.`,
    );
  }
  const rewardOf = resultRewards();
  const pending = pendingCalls();

  const tagged = (at: number, proposals: readonly Proposal[]): Proposal[] =>
    proposals.map((proposal) => ({
      ...proposal,
      generator: proposal.generator ?? states[at]?.generator.name ?? name,
      tag: `${at}/${proposal.tag ?? ""}`,
    }));

  /** Share of each arm, summing to 1. */
  const shares = (): readonly number[] => {
    const total = states.reduce((sum, { spent }) => sum + spent, 0);
    const indices = states.map(({ reward, spent, requested }) => {
      // An arm that was not tried has an unbounded index, so new arms are first. An arm that was
      // requested often without a result counts as tried.
      if (spent < 1 && requested < MAX_UNTRIED) return Number.POSITIVE_INFINITY;
      const cost = spent < 1 ? requested : spent;
      return reward / cost + exploration * Math.sqrt(Math.log(2 + total) / cost);
    });
    const untried = indices.filter((index) => index === Number.POSITIVE_INFINITY).length;
    const sum = indices.reduce((all, index) => all + index, 0);
    return states.map((state, at) => {
      const index = indices[at] as number;
      const own =
        untried > 0 ? (index === Number.POSITIVE_INFINITY ? 1 / untried : 0) : index / sum;
      return state.floor + (1 - floors) * own;
    });
  };

  return {
    name,
    parents: Math.max(...states.map(({ generator }) => generator.parents)),
    get searched() {
      const all = states.flatMap(({ generator }) => generator.searched ?? []);
      return {
        count: all.reduce((sum, { count }) => sum + count, 0),
        sample: all.flatMap(({ sample }) => sample),
      };
    },
    async propose(parents, context, signal) {
      const due = pending.nextDue();
      if (due !== undefined) return tagged(due.arm, await inTime(due.proposals, signal));
      const proposals: Proposal[] = [];
      for (const at of drawOrder(shares(), context.random)) {
        const state = states[at] as ArmState;
        const { generator } = state;
        if (state.maxPending > 0) {
          if (pending.count(at) >= state.maxPending) continue;
          state.requested += context.count;
          pending.start(at, generator, parents, context, signal);
          continue;
        }
        const missing = context.count - proposals.length;
        state.requested += missing;
        const own = await generator.propose(
          parents.slice(-generator.parents),
          { ...context, count: missing },
          signal,
        );
        proposals.push(...tagged(at, own));
        if (proposals.length >= context.count || !state.fallsThrough) break;
      }
      // The other arms are exhausted: wait for the oldest pending call.
      const oldest = proposals.length === 0 ? pending.takeOldest() : undefined;
      return oldest === undefined
        ? proposals
        : tagged(oldest.arm, await inTime(oldest.proposals, signal));
    },
    learn(results) {
      const byArm = states.map((): ProposalResult[] => []);
      for (const result of results) {
        const [at, tag] = untag(result.proposal.tag);
        const reward = rewardOf(result, at);
        const state = at === undefined ? undefined : states[at];
        if (state === undefined || at === undefined) continue;
        const cost = COSTS[result.status] + state.cost;
        const keep = 0.5 ** (cost / halfLife);
        for (const each of states) {
          each.reward *= keep;
          each.spent *= keep;
        }
        state.reward += reward;
        state.spent += cost;
        byArm[at]?.push({ ...result, proposal: withTag(result.proposal, tag) });
      }
      for (const [at, state] of states.entries()) {
        const own = byArm[at] ?? [];
        if (own.length > 0) state.generator.learn?.(own);
      }
    },
    weights() {
      const now = shares();
      return Object.fromEntries(
        states.flatMap(({ generator }, at) => {
          const share = now[at] as number;
          const inner = generator.weights?.();
          if (inner === undefined) return [[generator.name, share]];
          return Object.entries(inner).map(([arm, part]) => [arm, share * part]);
        }),
      );
    },
  };
}

/**
 * The default without a model: enumeration if examples define the task, mutation of syntax trees, and
 * tuning if the kernel has numbers.
 */
export function offlineGenerator(task: Task): Generator {
  const arms: Arm[] = [];
  // With a harness there are no expected values that enumeration could search for.
  if (task.harness === undefined) {
    arms.push({ generator: enumerateGenerator(), floor: 0.2, fallsThrough: true });
  }
  arms.push({ generator: mutationGenerator(), floor: 0.3, fallsThrough: true });
  if (isTunable(task)) {
    arms.push({ generator: tuningGenerator(), floor: 0.15, fallsThrough: true });
  }
  return ensembleGenerator(arms, { name: "offline" });
}

/**
 * No proposals of a call that the time left did not allow: faster arms go on.
 *
 * @throws The same error if the time is over.
 */
async function inTime(
  proposals: Promise<readonly Proposal[]>,
  signal: AbortSignal,
): Promise<readonly Proposal[]> {
  try {
    return await proposals;
  } catch (error) {
    const late = error instanceof BudgetExceededError && error.facts.unit === "seconds";
    if (!late || signal.aborted) throw error;
    return [];
  }
}

/** All arms, drawn one after another without replacement, in proportion to their shares. */
function drawOrder(
  shares: readonly number[],
  random: { weighted(weights: readonly number[]): number },
): readonly number[] {
  const left = [...shares];
  return shares.map(() => {
    // Arms with a share of 0 are last.
    const at = left.some((share) => share > 0) ? random.weighted(left) : left.indexOf(0);
    left[at] = -1;
    return at;
  });
}

function untag(tag: string | undefined): readonly [arm: number | undefined, tag: string] {
  const match = /^(\d+)\/(.*)$/s.exec(tag ?? "");
  return match === null ? [undefined, ""] : [Number(match[1]), match[2] ?? ""];
}

function withTag(proposal: Proposal, tag: string): Proposal {
  const { tag: _, ...rest } = proposal;
  return tag === "" ? rest : { ...rest, tag };
}
