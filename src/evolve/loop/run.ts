/** What a run of the loop takes and gives. */
import type { Clock } from "../../core/clock.ts";
import type { NewEvent } from "../../core/event.ts";
import type { Evaluator, Sandbox } from "../../core/ports.ts";
import type { Task } from "../../core/task.ts";
import type { Generator, Parent } from "../generators/generator.ts";
import type { Strategy } from "../population/strategy.ts";
import type { EvolveBudget, StopReason } from "./budget.ts";
import type { Recorded } from "./recorded.ts";

export interface EvolvePorts {
  readonly task: Task;
  readonly generator: Generator;
  readonly strategy: Strategy;
  readonly sandbox: Sandbox;
  readonly evaluator: Evaluator;
  readonly clock: Clock;
  /** Durable when it resolves. */
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
}

export interface EvolveOptions {
  readonly seed: number;
  readonly budget: EvolveBudget;
  /** Proposals per batch. */
  readonly batch?: number;
  /** Batches that may be under way at once; part of the configuration, since it decides the run. */
  readonly inFlight?: number;
  /** Evaluations without a better program after which the run ends. */
  readonly stagnation?: number;
  /** Proposals in a row without anything new to run after which the generator is exhausted. */
  readonly barren?: number;
  /** As many evaluations again as it took to find the best are granted in any case. */
  readonly patient?: boolean;
  /**
   * Evaluations that go on after the target is reached. Many programs fit the same cases; the
   * shortest of them is the likeliest to be what was meant, and it takes a while to find. Default 0.
   */
  readonly polish?: number;
  /** Candidates that the validation split picks from. */
  readonly finalists?: number;
  /** Outcomes of an earlier run with this seed and configuration: used in place of the sandbox. */
  readonly recorded?: Recorded;
  readonly onProgress?: (progress: EvolveProgress) => void;
}

export interface EvolveProgress {
  readonly evaluations: number;
  readonly proposals: number;
  readonly seconds: number;
  readonly best: Parent | undefined;
  readonly failures: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, number>>;
  readonly islands: ReturnType<Strategy["describe"]>;
}

export interface EvolveResult {
  /** Undefined when no program, not even a seed, scored on every instance. */
  readonly winner: Winner | undefined;
  /** Training fitness of the null candidate (the first seed) and of the best seed, where they score. */
  readonly start: { readonly floor?: number; readonly baseline?: number };
  readonly evaluations: number;
  readonly proposals: number;
  readonly seconds: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, number>>;
  readonly stopped: StopReason;
}

export interface SealedResult {
  readonly fitness: number;
  readonly scores: readonly number[];
  readonly measures: Readonly<Record<string, number>>;
}

/** A mean of fresh measurements. */
export interface MeasuredFitness {
  readonly fitness: number;
  /** Standard error of the mean. */
  readonly error: number;
  readonly samples: number;
}

export interface Winner {
  readonly program: Parent;
  /** Undefined where the task has no validation instances: then training chose. */
  readonly validation: number | undefined;
  /** Of a noisy task: measured after the search, on validation or else on training instances. */
  readonly measured: MeasuredFitness | undefined;
  /** Undefined where the task has no sealed instances, or the winner fails on one of them. */
  readonly sealed: SealedResult | undefined;
  /** Why `sealed` is undefined, if it is. */
  readonly sealedFailure: string | undefined;
  /** The null candidate (the first seed) on the same sealed instances: the floor. */
  readonly floor: SealedResult | undefined;
  /** The best of the seeds on the same sealed instances: what was there before the search. */
  readonly baseline: SealedResult | undefined;
}
