/** An evolution run: how it began, what was proposed, and what came of it. */
import { z } from "zod";
import { events, Mapping, Value } from "./define.ts";

const Spec = z.object({ name: z.string(), description: z.string(), signature: z.string() });
export type TraceSpec = z.output<typeof Spec>;

/** Outcomes of all kinds in one: which fields are there, `status` says. */
const Candidate = z.object({
  index: z.int().min(0).describe("Of all proposals of the run, from 0."),
  digest: z.string().describe("SHA-256 of the normalised source."),
  status: z
    .enum(["scored", "dropped", "duplicate", "failed"])
    .describe(
      "dropped: lost the race on the first instances. duplicate: equal to an earlier one, not run.",
    ),
  operator: z.string().describe("What was done, e.g. `crossover`; `seed` for a starting program."),
  generator: z
    .string()
    .exactOptional()
    .describe("Who wrote it. Absent for a seed: it is the task's own."),
  promptGroup: z
    .string()
    .exactOptional()
    .describe("The prompt that a model answered, and which of its samples this is."),
  sampleIndex: z.int().exactOptional(),
  island: z.int().exactOptional(),
  parents: z.array(z.string()).exactOptional(),
  source: z
    .string()
    .exactOptional()
    .describe("Absent for a duplicate: it stands in the event of its first coming."),
  thought: z.string().exactOptional().describe("A model's text beside the code."),
  fitness: z.number().exactOptional(),
  improved: z.literal(true).exactOptional().describe("There: above the best of its parents."),
  scores: z.array(z.number()).exactOptional().describe("Per training instance."),
  samples: z
    .number()
    .exactOptional()
    .describe("Of a noisy score: how often it was measured, and the standard error of the mean."),
  error: z.number().exactOptional(),
  feedback: z.array(z.string()).exactOptional().describe("What went wrong, case by case."),
  kind: z.string().exactOptional().describe("Of a failure: threw, timed-out and the like."),
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
      entry: z.string().describe("The function that evolves."),
      generator: z.string(),
      strategy: z.string(),
      seed: z.number(),
      config: Mapping.describe("What decides the run: a later one with the same repeats it."),
      language: z
        .string()
        .exactOptional()
        .describe("What candidates are written in. Absent: JavaScript or TypeScript."),
      inputs: z
        .array(z.array(Value))
        .exactOptional()
        .describe("The first training inputs: argument lists of the candidate."),
      sealed: z
        .object({ cases: z.int(), hashes: z.record(z.string(), z.array(z.string())) })
        .exactOptional()
        .describe("By what the sealed cases are known."),
    }),
    volatile: z.object({
      budget: z.record(z.string(), z.number()),
      before: z
        .number()
        .describe("Seconds that runs before this one had spent on the same search."),
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
    meaning: "An island was emptied and started again.",
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
      fitness: z.number().describe("By training."),
      validation: z.number().exactOptional(),
      measured: Measured.exactOptional(),
      score: z
        .number()
        .exactOptional()
        .describe("Absent where the task seals no cases, or the winner fails on one of them."),
      measures: z.record(z.string(), Value).exactOptional(),
      failure: z.string().exactOptional(),
      floor: z.number().exactOptional().describe("The first seed, and the best seed."),
      baseline: z.number().exactOptional(),
    }),
  },
  "run-result": {
    meaning: "The evolution run has ended.",
    data: z.object({
      best: z.object({ digest: z.string(), fitness: z.number() }).nullable(),
      evaluations: z.int(),
      proposals: z.int(),
      failures: z.record(z.string(), z.int()).describe("By kind."),
    }),
    volatile: z.object({ stopped: z.string(), seconds: z.number() }),
  },
});
