/**
 * The contract of everything that writes candidates: mutation, tuning, enumeration, language
 * models, and the ensemble that spreads the work over them.
 *
 * A generator knows the task, the parents it is given and what became of its own proposals;
 * it runs nothing and scores nothing.
 */
import type { NewEvent } from "../../core/event.ts";
import type { Random } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";

/** Where a proposal was asked for; told back when its result is registered. */
export interface Place {
  readonly island: number;
  readonly epoch: number;
}

/** A scored program of the database. */
export interface Parent {
  /** SHA-256 of the normalised source. */
  readonly digest: string;
  /** Defines the kernel's entry. */
  readonly source: string;
  /** Higher is better; finite. */
  readonly fitness: number;
  /** Per training instance, in their order. */
  readonly scores: readonly number[];
  /** What failed, for prompts: at most a few lines per instance. */
  readonly feedback?: readonly string[];
}

export interface Proposal {
  /** A whole program that defines the kernel's entry. */
  readonly source: string;
  /** What was done, e.g. `crossover`, `jitter-constant`, `best-shot`. */
  readonly operator: string;
  /** Digests of the parents that it was made of. */
  readonly parents: readonly string[];
  /** Names the generator's own state for `learn`, e.g. a sample of a distribution. */
  readonly tag?: string;
  /** The arm that wrote it, where an ensemble spread the work. */
  readonly generator?: string;
  /** The prompt that a model answered, and which of its samples this is. */
  readonly prompt?: { readonly group: string; readonly sample: number };
  /** Text beside the code: a model's thought. */
  readonly thought?: string;
  /** How it came about, e.g. a model's call and reply: written down right before its result. */
  readonly trace?: readonly NewEvent[];
  /** Where it belongs, if it was asked for in an earlier call than the one that hands it over. */
  readonly place?: Place;
  /** Set when nothing usable was written, and why; `source` then says so in a comment. */
  readonly failure?: string;
}

/** What became of a proposal, told back in the order of the proposals. */
export interface ProposalResult {
  readonly proposal: Proposal;
  /**
   * scored: ran on all training instances. dropped: lost the race on the first instances;
   * `fitness` is over those alone. duplicate: equal to an earlier program, not run again, with its
   * fitness if it has one. failed: threw, timed out, was refused and the like.
   */
  readonly status: "scored" | "dropped" | "duplicate" | "failed";
  readonly fitness?: number;
  readonly scores?: readonly number[];
  /** Above the best fitness of its parents. */
  readonly improved: boolean;
  /** Above everything in the run so far. */
  readonly best: boolean;
  readonly reason?: string;
}

export interface ProposeContext {
  readonly task: Task;
  /** A stream of its own for this call: equal calls propose equal programs. */
  readonly random: Random;
  /** How many proposals are wanted; fewer are allowed, none means that it has nothing left. */
  readonly count: number;
  /** Where the parents come from. */
  readonly place?: Place;
  /** The best program so far. */
  readonly best: Parent | undefined;
  /** Training inputs and what is expected, where cases define the task. Never validation or sealed. */
  readonly examples: readonly { readonly input: readonly unknown[]; readonly expected: unknown }[];
}

/**
 * Contract, checked by test/contracts/generator.ts:
 * - Equal seeds, parents and `learn` calls give equal proposals, in order.
 * - A proposal is a whole program; it need not be correct, and it may be refused.
 * - `propose` rejects only with ModelError, BudgetExceededError or the signal's reason.
 * - What decides a call is taken when it starts: calls that overlap give what they would give one
 *   after another, whichever ends first.
 */
export interface Generator {
  readonly name: string;
  /** How many parents a call wants. */
  readonly parents: number;
  propose(
    parents: readonly Parent[],
    context: ProposeContext,
    signal: AbortSignal,
  ): Promise<readonly Proposal[]>;
  learn?(results: readonly ProposalResult[]): void;
  /** The share of proposals that each arm gets, for people; an ensemble shows its weights. */
  weights?(): Readonly<Record<string, number>>;
}
