/** The arguments and the result of a run. */
import type { Clock } from "../../core/clock.ts";
import type { NewEvent } from "../../core/event.ts";
import type { Evaluator, Sandbox } from "../../core/ports.ts";
import type { Task } from "../../core/task.ts";
import type { Generator, Parent } from "../generators/generator.ts";
import type { Strategy } from "../population/strategy.ts";
import type { EvolveBudget, StopReason } from "./budget.ts";
import type { Recorded } from "./recorded.ts";
import type { RunTime } from "./run-time.ts";

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
  /** Concurrent batches; part of the configuration, because it decides the run. */
  readonly inFlight?: number;
  /** The run ends after this many evaluations without a better program. */
  readonly stagnation?: number;
  /** The generator is exhausted after this many proposals in a row without anything new to run. */
  readonly exhaustedAfter?: number;
  /** In any case continue for as many evaluations as it took to find the best program. */
  readonly patient?: boolean;
  /**
   * Evaluations without a better program before a run with a reached target ends. Many programs pass
   * the same cases; the shortest of them is the most likely to be the intended one, and it takes time
   * to find. Default 0.
   */
  readonly polish?: number;
  /** Whether fitting programs are made shorter at the end: not if a model wrote them. Default false. */
  readonly simplify?: boolean;
  /** Number of candidates that are compared on the validation split. */
  readonly finalists?: number;
  /** Outcomes of an earlier run with the same seed and configuration: they replace the sandbox. */
  readonly recorded?: Recorded;
  readonly onProgress?: (progress: EvolveProgress) => void;
  /** The time that `budget.seconds` limits, where others look at it too. Default: one of its own. */
  readonly time?: RunTime;
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
  /** Programs that fit every training case, shortest description first: they may differ elsewhere. */
  readonly survivors: readonly Parent[];
  /** Number of distinct behaviours that the search went through, at least 1. */
  readonly searched: number;
  /** Training fitness of the null candidate (the first seed) and of the best seed, if they score. */
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

/** A mean over new measurements. */
export interface MeasuredFitness {
  readonly fitness: number;
  /** Standard error of the mean. */
  readonly error: number;
  readonly samples: number;
}

/** For each instance, the share of the behaviours seen in the search that are right on it, in (0, 1]. */
export interface Chances {
  readonly train: readonly number[];
  readonly sealed: readonly number[];
}

export interface Winner {
  readonly program: Parent;
  /** Undefined if the task is not decided by cases, or no program fits them. */
  readonly chances: Chances | undefined;
  /** Undefined if the task has no validation instances: then the training fitness decides. */
  readonly validation: number | undefined;
  /** For a noisy task: measured after the search, on validation or else on training instances. */
  readonly measured: MeasuredFitness | undefined;
  /** Undefined if the task has no sealed instances, or the winner fails on one of them. */
  readonly sealed: SealedResult | undefined;
  /** The failure on the sealed instances, if there is one. */
  readonly sealedFailure: string | undefined;
  /** The null candidate (the first seed) on the same sealed instances. */
  readonly floor: SealedResult | undefined;
  /** The best seed on the same sealed instances. */
  readonly baseline: SealedResult | undefined;
}
