/**
 * Spreads proposals over generators by what they earn for what they cost.
 *
 * A discounted upper confidence bound (Garivier and Moulines, ALT 2011) decides shares, not single
 * winners, because a batch is out before the last one has come back. Costs are counted in
 * evaluations, never in seconds, so that a run can be replayed. Every arm keeps a floor: what lags
 * behind in the first minute may lead in the tenth.
 */
import type { Task } from "../../core/task.ts";
import { orderBook } from "./ahead.ts";
import { worthOfResults } from "./ensemble-worth.ts";
import { enumerateGenerator } from "./enumerate/index.ts";
import type { Generator, Proposal, ProposalResult } from "./generator.ts";
import { mutationGenerator } from "./mutation/index.ts";
import { isTunable, tuningGenerator } from "./tuning/index.ts";

export interface Arm {
  readonly generator: Generator;
  /** Cost of one proposal beside its evaluation, in evaluations; a model's price fits here. */
  readonly cost?: number;
  /** Least share of the proposals, in [0, 1]; default: the ensemble's floor. */
  readonly floor?: number;
  /**
   * For an arm that answers at once and may run dry: the next arm takes over what it left. Not for
   * models, since the moment of a late answer would decide what the other arms know by then.
   */
  readonly passesOn?: boolean;
  /**
   * For an arm that takes long to answer: calls of it that may be under way while the other arms go
   * on. What it writes is handed over a fixed number of calls later, and waited for then.
   */
  readonly ahead?: number;
}

export interface EnsembleOptions {
  readonly name?: string;
  /** Least share of each arm; the sum over the arms must be at most 1. */
  readonly floor?: number;
  /** Evaluations after which a reward counts half. */
  readonly halfLife?: number;
  /** Weight of the confidence bound, at least 0. */
  readonly exploration?: number;
}

/** A race runs part of the instances; a failure ends early; a repeat does not run. */
const COSTS: Readonly<Record<ProposalResult["status"], number>> = {
  scored: 1,
  dropped: 0.3,
  failed: 0.3,
  duplicate: 0.02,
};

/** Proposals after which an arm that gave none is no longer new. */
const PATIENCE = 256;

interface Stand {
  readonly generator: Generator;
  readonly ahead: number;
  readonly cost: number;
  readonly floor: number;
  readonly passesOn: boolean;
  /** Proposals asked for, given or not. */
  asked: number;
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
  const stands = arms.map((arm): Stand => {
    const {
      generator,
      cost = 0,
      floor: own = floor,
      passesOn = false,
      ahead = 0,
    } = "generator" in arm ? arm : { generator: arm };
    return { generator, cost, floor: own, passesOn, ahead, asked: 0, reward: 0, spent: 0 };
  });
  const floors = stands.reduce((sum, stand) => sum + stand.floor, 0);
  if (stands.length === 0 || floors > 1) {
    throw new RangeError(
      `An ensemble needs at least one arm and floors of at most 1, got ${stands.length} arms and ${floors}.`,
    );
  }
  const worthOf = worthOfResults();
  const book = orderBook();

  const stamped = (at: number, proposals: readonly Proposal[]): Proposal[] =>
    proposals.map((proposal) => ({
      ...proposal,
      generator: proposal.generator ?? stands[at]?.generator.name ?? name,
      tag: `${at}/${proposal.tag ?? ""}`,
    }));

  /** Share of each arm, summing to 1. */
  const shares = (): readonly number[] => {
    const total = stands.reduce((sum, { spent }) => sum + spent, 0);
    const indices = stands.map(({ reward, spent, asked }) => {
      // An arm that has not been tried has an unbounded index: new arms go first. One that has been
      // asked often and gave nothing counts as tried.
      if (spent < 1 && asked < PATIENCE) return Number.POSITIVE_INFINITY;
      const cost = spent < 1 ? asked : spent;
      return reward / cost + exploration * Math.sqrt(Math.log(2 + total) / cost);
    });
    const fresh = indices.filter((index) => index === Number.POSITIVE_INFINITY).length;
    const sum = indices.reduce((all, index) => all + index, 0);
    return stands.map((stand, at) => {
      const index = indices[at] as number;
      const own = fresh > 0 ? (index === Number.POSITIVE_INFINITY ? 1 / fresh : 0) : index / sum;
      return stand.floor + (1 - floors) * own;
    });
  };

  return {
    name,
    parents: Math.max(...stands.map(({ generator }) => generator.parents)),
    async propose(parents, context, signal) {
      const due = book.turn();
      if (due !== undefined) return stamped(due.arm, await due.proposals);
      const proposals: Proposal[] = [];
      for (const at of drawOrder(shares(), context.random)) {
        const stand = stands[at] as Stand;
        const { generator } = stand;
        if (stand.ahead > 0) {
          if (book.underWay(at) >= stand.ahead) continue;
          stand.asked += context.count;
          book.order(at, generator, parents, context, signal);
          continue;
        }
        stand.asked += context.count - proposals.length;
        const wanted = { ...context, count: context.count - proposals.length };
        const given = await generator.propose(parents.slice(-generator.parents), wanted, signal);
        proposals.push(...stamped(at, given));
        if (proposals.length >= context.count || !stand.passesOn) break;
      }
      // The others have nothing left: what is under way is all there is to wait for.
      const next = proposals.length === 0 ? book.next() : undefined;
      return next === undefined ? proposals : stamped(next.arm, await next.proposals);
    },
    learn(results) {
      const byArm = stands.map((): ProposalResult[] => []);
      for (const result of results) {
        const [at, tag] = untag(result.proposal.tag);
        const worth = worthOf(result, at);
        const stand = at === undefined ? undefined : stands[at];
        if (stand === undefined || at === undefined) continue;
        const cost = COSTS[result.status] + stand.cost;
        const keep = 0.5 ** (cost / halfLife);
        for (const each of stands) {
          each.reward *= keep;
          each.spent *= keep;
        }
        stand.reward += worth;
        stand.spent += cost;
        byArm[at]?.push({ ...result, proposal: withTag(result.proposal, tag) });
      }
      for (const [at, stand] of stands.entries()) {
        const own = byArm[at] ?? [];
        if (own.length > 0) stand.generator.learn?.(own);
      }
    },
    weights() {
      const now = shares();
      return Object.fromEntries(
        stands.flatMap(({ generator }, at) => {
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
 * The default where there is no model: enumeration where examples define the task, mutation of
 * syntax trees, and tuning where the kernel has numbers.
 */
export function offlineGenerator(task: Task): Generator {
  const arms: Arm[] = [];
  // A harness's artefact says nothing that a search over values could aim at.
  if (task.harness === undefined) {
    arms.push({ generator: enumerateGenerator(), floor: 0.2, passesOn: true });
  }
  arms.push({ generator: mutationGenerator(), floor: 0.3, passesOn: true });
  if (isTunable(task)) {
    arms.push({ generator: tuningGenerator(), floor: 0.15, passesOn: true });
  }
  return ensembleGenerator(arms, { name: "offline" });
}

/** All arms, the first drawn by share, the others by share among the rest. */
function drawOrder(
  shares: readonly number[],
  random: { weighted(weights: readonly number[]): number },
): readonly number[] {
  const left = [...shares];
  return shares.map(() => {
    // A share of 0 still comes last, after all that have one.
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
