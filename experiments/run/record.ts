/** The record of an ended cell: one line of the batch's journal. */
import { z } from "zod";
import { ModelConfig } from "../../src/index.ts";
import { CellBudget } from "../manifest/schema.ts";

export const CellFacts = z.strictObject({
  id: z.string(),
  task: z.string(),
  kind: z.enum(["task", "stream"]),
  strategy: z.string(),
  generator: z.string(),
  model: z.string().optional(),
  baseline: z.boolean(),
  budget: CellBudget,
  seed: z.int(),
  settings: ModelConfig.optional(),
});

/** Best training fitness after a number of evaluations: one point per improvement. */
const CurvePoint = z.object({
  evaluations: z.int().min(0),
  fitness: z.number(),
  /** Since the run's first event; differs from machine to machine. */
  seconds: z.number(),
  /** Model costs so far; undefined if a price is unknown. */
  costUsd: z.number().optional(),
});
export type CurvePoint = z.output<typeof CurvePoint>;

const Ancestor = z.object({
  digest: z.string(),
  operator: z.string(),
  generator: z.string().optional(),
  fitness: z.number().optional(),
  evaluations: z.int(),
});

const Cost = z.object({
  calls: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  /** Sum of the known prices. */
  usd: z.number(),
  /** Calls whose price is unknown: the sum is then a lower bound. */
  unpriced: z.int(),
});
export type Cost = z.output<typeof Cost>;

const Outcome = z.object({
  runId: z.string(),
  /** Number of interrupted runs whose outcomes this run reused. */
  resumed: z.int().min(0),
  fitness: z.number().optional(),
  validation: z.number().optional(),
  /** The decisive score, on the sealed split; undefined for tasks without one. */
  sealed: z.number().optional(),
  sealedFailure: z.string().optional(),
  measures: z.record(z.string(), z.number()),
  /** The null candidate and the best seed program on the sealed split. */
  floor: z.number().optional(),
  start: z.number().optional(),
  /** The null candidate on the training split, if there is no sealed split. */
  trainFloor: z.number().optional(),
  /** Whether the task's target was reached, by the sealed score if there is one. */
  solved: z.boolean().optional(),
  evaluations: z.int(),
  proposals: z.int(),
  repeats: z.int(),
  seconds: z.number(),
  failures: z.record(z.string(), z.int()),
  stopped: z.string(),
  cost: Cost,
  curve: z.array(CurvePoint),
  best: z.object({ source: z.string(), published: z.string(), seed: z.string() }).optional(),
  lineage: z.array(Ancestor),
});
export type Outcome = z.output<typeof Outcome>;

export const CellRecord = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("done"),
    cell: CellFacts,
    /** Digest of the task at that time: if the task has changed, the cell runs again. */
    taskDigest: z.string(),
    finishedAt: z.string(),
    outcome: Outcome,
  }),
  z.object({
    status: z.literal("failed"),
    cell: CellFacts,
    finishedAt: z.string(),
    code: z.string(),
    message: z.string(),
  }),
]);
export type CellRecord = z.output<typeof CellRecord>;
export type DoneRecord = Extract<CellRecord, { status: "done" }>;
