/**
 * The contract of generators, which write candidates: mutation, tuning, enumeration, language models,
 * and the ensemble that distributes proposals among them.
 *
 * A generator knows the task, the parents that it gets, and the results of its own proposals. It runs
 * nothing and scores nothing.
 */
import type { NewEvent } from "../../core/event.ts";
import type { Random } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import type { Searched } from "./searched.ts";

/** The island for which a proposal was requested; its result is registered there. */
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
  /** Per training instance, in order. */
  readonly scores: readonly number[];
  /** What failed, for prompts: at most a few lines per instance. */
  readonly feedback?: readonly string[];
}

export interface Proposal {
  /** A complete program that defines the kernel's entry. */
  readonly source: string;
  /** How it was made, e.g. `crossover`, `jitter-constant`, `best-shot`. */
  readonly operator: string;
  /** Digests of its parents. */
  readonly parents: readonly string[];
  /** The generator's own key for `learn`, e.g. of a sample of a distribution. */
  readonly tag?: string;
  /** The arm of an ensemble that wrote it. */
  readonly generator?: string;
  /** The prompt that a model answered, and the index of this sample. */
  readonly prompt?: { readonly group: string; readonly sample: number };
  /** A model's text around the code. */
  readonly thought?: string;
  /** Events of its generation, e.g. a model's call and reply: traced directly before its result. */
  readonly trace?: readonly NewEvent[];
  /** Its island, if an earlier call requested it than the one that returns it. */
  readonly place?: Place;
  /** Set if nothing usable was written: the reason. `source` is then a comment with it. */
  readonly failure?: string;
}

/** The result of a proposal, reported in the order of the proposals. */
export interface ProposalResult {
  readonly proposal: Proposal;
  /**
   * scored: ran on all training instances. dropped: lost the race on the first instances; `fitness`
   * covers only these. duplicate: equal to an earlier program and not run again; with that program's
   * fitness, if any. failed: threw, timed out, was refused or similar.
   */
  readonly status: "scored" | "dropped" | "duplicate" | "failed";
  readonly fitness?: number;
  readonly scores?: readonly number[];
  /** Better than all of its parents. */
  readonly improved: boolean;
  /** Better than every earlier program of the run. */
  readonly best: boolean;
  readonly reason?: string;
}

export interface ProposeContext {
  readonly task: Task;
  /** A separate stream for this call: equal calls propose equal programs. */
  readonly random: Random;
  /** Requested number of proposals; fewer are allowed, none means that the generator is exhausted. */
  readonly count: number;
  /** The island of the parents. */
  readonly place?: Place;
  /** The best program so far. */
  readonly best: Parent | undefined;
  /** Training inputs with expected outputs, if cases define the task. Never validation or sealed cases. */
  readonly examples: readonly { readonly input: readonly unknown[]; readonly expected: unknown }[];
}

/**
 * Contract, checked by test/contracts/generator.ts:
 * - Equal seeds, parents and `learn` calls give equal proposals, in order.
 * - A proposal is a complete program; it need not be correct, and it may be refused.
 * - `propose` rejects only with ModelError, BudgetExceededError or the signal's reason.
 * - The state at the start of a call decides its result: concurrent calls give the same proposals as
 *   sequential ones, in any order of completion.
 */
export interface Generator {
  readonly name: string;
  /** Number of parents per call. */
  readonly parents: number;
  propose(
    parents: readonly Parent[],
    context: ProposeContext,
    signal: AbortSignal,
  ): Promise<readonly Proposal[]>;
  learn?(results: readonly ProposalResult[]): void;
  /** What it compared with the examples by itself, before it proposed. */
  readonly searched?: Searched;
  /** For people: the share of proposals of each arm of an ensemble. */
  weights?(): Readonly<Record<string, number>>;
}
