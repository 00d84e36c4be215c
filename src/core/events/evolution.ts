/** An evolution run: how it began, what was proposed, and what came of it. */
import { z } from "zod";
import { events, Mapping, Value } from "./define.ts";

const Spec = z.object({ name: z.string(), description: z.string(), signature: z.string() });
export type TraceSpec = z.output<typeof Spec>;

/** Outcomes of all kinds in one: which fields are there, `status` says. */
const Candidate = z.object({
  /** Of all proposals of the run, from 0. */
  index: z.int().min(0),
  /** SHA-256 of the normalised source. */
  digest: z.string(),
  /** dropped: lost the race on the first instances. duplicate: equal to an earlier one, not run. */
  status: z.enum(["scored", "dropped", "duplicate", "failed"]),
  /** What was done, e.g. `crossover`; `seed` for a starting program. */
  operator: z.string(),
  /** Who wrote it. Absent for a seed: it is the task's own. */
  generator: z.string().exactOptional(),
  /** The prompt that a model answered, and which of its samples this is. */
  promptGroup: z.string().exactOptional(),
  sampleIndex: z.int().exactOptional(),
  island: z.int().exactOptional(),
  parents: z.array(z.string()).exactOptional(),
  /** Absent for a duplicate: it stands in the event of its first coming. */
  source: z.string().exactOptional(),
  /** A model's text beside the code. */
  thought: z.string().exactOptional(),
  fitness: z.number().exactOptional(),
  /** There: above the best of its parents. */
  improved: z.literal(true).exactOptional(),
  /** Per training instance. */
  scores: z.array(z.number()).exactOptional(),
  /** Of a noisy score: how often it was measured, and the standard error of the mean. */
  samples: z.number().exactOptional(),
  error: z.number().exactOptional(),
  /** What went wrong, case by case. */
  feedback: z.array(z.string()).exactOptional(),
  /** Of a failure: threw, timed-out and the like. */
  kind: z.string().exactOptional(),
  reason: z.string().exactOptional(),
});

const Measured = z.object({ fitness: z.number(), error: z.number(), samples: z.number() });

export const EVOLUTION_EVENTS = events({
  "run-start": {
    meaning: "An evolution run begins.",
    data: z.object({
      kind: z.literal("evolution"),
      task: z.string(),
      spec: Spec,
      /** The function that evolves. */
      entry: z.string(),
      generator: z.string(),
      strategy: z.string(),
      seed: z.number(),
      /** What decides the run: a later one with the same repeats it. */
      config: Mapping,
      /** What candidates are written in. Absent: JavaScript or TypeScript. */
      language: z.string().exactOptional(),
      /** The first training inputs: argument lists of the candidate. */
      inputs: z.array(z.array(Value)).exactOptional(),
      /** By what the sealed cases are known. */
      sealed: z
        .object({ cases: z.int(), hashes: z.record(z.string(), z.array(z.string())) })
        .exactOptional(),
    }),
    volatile: z.object({
      budget: z.record(z.string(), z.number()),
      /** Seconds that runs before this one had spent on the same search. */
      before: z.number(),
    }),
  },
  "candidate-result": {
    meaning: "A proposal was registered, with what became of it.",
    data: Candidate,
  },
  "best-change": {
    meaning: "A candidate is better by training than all before it.",
    data: z.object({ digest: z.string(), fitness: z.number(), evaluations: z.int() }),
  },
  "island-reset": {
    meaning: "An island was emptied and founded anew.",
    data: z.object({ island: z.int(), epoch: z.int(), founder: z.string() }),
  },
  "validation-result": {
    meaning: "A finalist was scored on the validation split.",
    data: z.object({
      digest: z.string(),
      fitness: z.number().exactOptional(),
      failure: z.string().exactOptional(),
      samples: z.number().exactOptional(),
      error: z.number().exactOptional(),
    }),
  },
  "held-out-result": {
    meaning: "The winner was scored on the sealed split, beside the seeds.",
    data: z.object({
      digest: z.string(),
      source: z.string(),
      /** By training. */
      fitness: z.number(),
      validation: z.number().exactOptional(),
      measured: Measured.exactOptional(),
      /** Absent where the task seals no cases, or the winner fails on one of them. */
      score: z.number().exactOptional(),
      measures: z.record(z.string(), Value).exactOptional(),
      failure: z.string().exactOptional(),
      /** The first seed, and the best seed. */
      floor: z.number().exactOptional(),
      baseline: z.number().exactOptional(),
    }),
  },
  "run-result": {
    meaning: "The evolution run has ended.",
    data: z.object({
      best: z.object({ digest: z.string(), fitness: z.number() }).nullable(),
      evaluations: z.int(),
      proposals: z.int(),
      /** By kind. */
      failures: z.record(z.string(), z.int()),
    }),
    volatile: z.object({ stopped: z.string(), seconds: z.number() }),
  },
});
