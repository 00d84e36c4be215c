/**
 * Registers the results of batches in the order of their proposals, in trace, database and generator.
 * Counts what the stop rules and the progress report need.
 */
import { digestText } from "../../core/digest.ts";
import type { NewEvent } from "../../core/event.ts";
import type { DataOf } from "../../core/events/schemas.ts";
import { present } from "../../core/present.ts";
import type { Random } from "../../core/random.ts";
import type { Parent, ProposalResult } from "../generators/generator.ts";
import { type Searched, searchedLog } from "../generators/searched.ts";
import type { BatchResult, Candidate } from "./candidate.ts";
import type { Outcome } from "./cascade.ts";
import type { EvolvePorts } from "./run.ts";
import { shortest } from "./shortest.ts";

/** After this many evaluations, and at each doubling, a snapshot of the elite joins the finalists. */
const FIRST_SNAPSHOT = 2_000;
/** Maximum number of kept programs that reach the target, the shortest ones. */
const MAX_FITTING = 64;
/** Programs per snapshot. Earlier programs overfit the training instances less. */
const SNAPSHOT_SIZE = 16;

export interface Ledger {
  /** Digests of all candidates that were admitted to run. */
  readonly seen: Set<string>;
  readonly counts: {
    readonly evaluations: number;
    readonly proposals: number;
    readonly failures: Readonly<Record<string, number>>;
  };
  readonly bestFitness: number | undefined;
  /** Evaluations since the best fitness last rose. */
  readonly sinceImprovement: number;
  /** Requested proposals, delivered or not, since the last one that was new and ran. */
  readonly sinceNewProgram: number;
  /** Programs that reach the task's target, shortest description first. */
  readonly fitting: readonly Parent[];
  /** Distinct behaviours on the training instances. */
  readonly searched: Searched;
  register(batch: BatchResult): Promise<void>;
  maintain(random: Random): Promise<void>;
  /**
   * Every program that was the best when it was registered, the elite, and the snapshots; best by
   * training first. Later programs may overfit, so earlier ones are compared too.
   */
  finalists(count: number): readonly Parent[];
}

/** @param resolution The smallest relevant score difference; signatures are quantised to it. */
export function runLedger(
  { task, strategy, generator, trace }: EvolvePorts,
  resolution: number,
): Ledger {
  const seen = new Set<string>();
  const fitnessOf = new Map<string, number>();
  const champions: Parent[] = [];
  const snapshots: Parent[] = [];
  const fitting = shortest(MAX_FITTING);
  const behaviours = new Set<string>();
  const searched = searchedLog<string>();
  let nextSnapshot = FIRST_SNAPSHOT;
  const failures: Record<string, number> = {};
  let evaluations = 0;
  let proposals = 0;
  let sinceImprovement = 0;
  let sinceNewProgram = 0;

  const signatureOf = (scores: readonly number[]): string =>
    digestText(scores.map((score) => Math.round(score / resolution)).join()).slice(0, 24);

  /** Compares a candidate with its parents and the best program so far. */
  const resultOf = (candidate: Candidate): ProposalResult => {
    const { proposal, digest, outcome } = candidate;
    const base = { proposal, improved: false, best: false };
    if (outcome === undefined) {
      const fitness = fitnessOf.get(digest);
      return { ...base, status: "duplicate", ...present({ fitness }) };
    }
    if (outcome.status === "failed") {
      return { ...base, status: "failed", reason: `${outcome.kind}: ${outcome.reason}` };
    }
    if (outcome.status === "dropped")
      return { ...base, status: "dropped", fitness: outcome.fitness };
    const { fitness, scores } = outcome;
    const parents = proposal.parents.map(
      (parent) => fitnessOf.get(parent) ?? Number.NEGATIVE_INFINITY,
    );
    return {
      proposal,
      status: "scored",
      fitness,
      scores,
      improved: parents.every((parent) => fitness > parent),
      best: fitness > (champions.at(-1)?.fitness ?? Number.NEGATIVE_INFINITY),
    };
  };

  const addToStrategy = (candidate: Candidate, outcome: Outcome & { status: "scored" }): void => {
    const { digest, place, proposal } = candidate;
    const { fitness, scores, feedback } = outcome;
    const program: Parent = { digest, source: proposal.source, fitness, scores, feedback };
    fitnessOf.set(digest, fitness);
    if (fitness > (champions.at(-1)?.fitness ?? Number.NEGATIVE_INFINITY)) {
      champions.push(program);
      sinceImprovement = 0;
    }
    const signature = signatureOf(scores);
    if (task.target !== undefined && fitness >= task.target) fitting.add(program);
    if (!behaviours.has(signature)) {
      behaviours.add(signature);
      searched.add(program.source);
    }
    if (place === undefined) strategy.registerSeed(program, signature);
    else strategy.register(program, signature, place);
  };

  return {
    seen,
    get counts() {
      return { evaluations, proposals, failures: { ...failures } };
    },
    get bestFitness() {
      return champions.at(-1)?.fitness;
    },
    get sinceImprovement() {
      return sinceImprovement;
    },
    get sinceNewProgram() {
      return sinceNewProgram;
    },
    get fitting() {
      return fitting.programs;
    },
    get searched() {
      return searched.searched;
    },
    async register({ candidates, requested }) {
      const results: ProposalResult[] = [];
      const events: NewEvent[] = [];
      const ran = candidates.filter(
        ({ proposal, outcome }) => outcome !== undefined && proposal.failure === undefined,
      );
      const before = champions.length;
      for (const candidate of candidates) {
        const result = resultOf(candidate);
        results.push(result);
        events.push(...(candidate.proposal.trace ?? []));
        events.push(candidateEvent(proposals++, generator.name, candidate, result));
        // The other candidates of the batch are compared with this one, so it is added at once. It is
        // not used before the events below are durable, because batches are registered one by one.
        if (candidate.outcome?.status === "scored") {
          sinceImprovement++;
          addToStrategy(candidate, candidate.outcome);
        } else if (candidate.outcome !== undefined) {
          if (candidate.proposal.failure === undefined) sinceImprovement++;
          const kind = candidate.outcome.status === "failed" ? candidate.outcome.kind : undefined;
          if (kind !== undefined) failures[kind] = (failures[kind] ?? 0) + 1;
        }
      }
      evaluations += ran.length;
      if (evaluations >= nextSnapshot) {
        snapshots.push(...strategy.elite(SNAPSHOT_SIZE));
        nextSnapshot *= 2;
      }
      sinceNewProgram = ran.length === 0 ? sinceNewProgram + requested : 0;
      const champion = champions.at(-1);
      if (champions.length > before && champion !== undefined) {
        const { digest, fitness } = champion;
        events.push({ type: "best-change", data: { digest, fitness, evaluations } });
      }
      await trace(events);
      generator.learn?.(results);
    },
    async maintain(random) {
      const resets = strategy.maintain(random);
      if (resets.length === 0) return;
      await trace(resets.map((reset) => ({ type: "island-reset", data: { ...reset } })));
    },
    finalists(count) {
      const merged = new Map<string, Parent>();
      for (const program of strategy.elite(count)) merged.set(program.digest, program);
      for (const program of [...snapshots, ...champions.slice(-count)])
        merged.set(program.digest, program);
      return [...merged.values()].sort((a, b) => b.fitness - a.fitness);
    },
  };
}

type Data = DataOf<"candidate-result">;

function candidateEvent(
  index: number,
  generator: string,
  candidate: Candidate,
  result: ProposalResult,
): NewEvent {
  const { proposal, digest, place, outcome } = candidate;
  const data: { -readonly [Key in keyof Data]: Data[Key] } = {
    index,
    digest,
    status: result.status,
    operator: proposal.operator,
  };
  // Seeds come from the task. Other candidates name their generator, because the generator decides
  // whether they may be used as training data.
  if (place !== undefined) data.generator = proposal.generator ?? generator;
  if (proposal.prompt !== undefined) {
    data.promptGroup = proposal.prompt.group;
    data.sampleIndex = proposal.prompt.sample;
  }
  if (place !== undefined) data.island = place.island;
  if (proposal.parents.length > 0) data.parents = proposal.parents;
  // The source of a duplicate is in the event of its first occurrence.
  if (outcome !== undefined) data.source = proposal.source;
  if (proposal.thought !== undefined) data.thought = proposal.thought;
  if (result.fitness !== undefined) data.fitness = result.fitness;
  if (result.improved) data.improved = true;
  if (outcome?.status === "scored") {
    data.scores = outcome.scores;
    if (outcome.samples !== undefined) data.samples = outcome.samples;
    if (outcome.error !== undefined) data.error = outcome.error;
    if (outcome.feedback.length > 0) data.feedback = outcome.feedback;
  }
  if (outcome?.status === "failed") {
    data.kind = outcome.kind;
    data.reason = outcome.reason;
  }
  return { type: "candidate-result", data };
}
