/**
 * What a batch of experiments is: tasks x strategies x generators x models x seeds x budgets, and
 * the baselines that stand beside them. Written by people in YAML, checked here once.
 */
import { z } from "zod";
import { ModelConfig } from "../../src/index.ts";

/** Where a cell's search ends. Only `evaluations` gives the same table on every machine. */
export const CellBudget = z
  .strictObject({
    evaluations: z.int().min(1).exactOptional(),
    seconds: z.number().positive().exactOptional(),
  })
  .refine(
    ({ evaluations, seconds }) => evaluations !== undefined || seconds !== undefined,
    "expected evaluations, seconds, or both",
  );
export type CellBudget = z.output<typeof CellBudget>;

const Budgets = z.array(CellBudget).min(1, "expected at least one budget");

const TaskEntry = z.union(
  [
    z.string().min(1),
    z.strictObject({ task: z.string().min(1), budgets: Budgets.exactOptional() }),
  ],
  "expected a task's name, a pattern such as synthesis/*, a path, or { task, budgets }",
);

/** A model under a name of the manifest's own; its key stays in the environment. */
const NamedModel = ModelConfig.extend({ name: z.string().min(1) });
export type NamedModel = z.output<typeof NamedModel>;

/** A count stands for the seeds 1 to that count. */
const Seeds = z.union(
  [z.int().min(1).max(1_000), z.array(z.int().min(0).max(4_294_967_295)).min(1)],
  "expected a count of seeds or a list of whole numbers from 0",
);

const BASELINES = ["random", "best-of-n", "sequential"] as const;

export const Manifest = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    error: "expected a name of letters, digits, dots, dashes and _ (at most 64)",
  }),
  description: z.string().exactOptional(),
  tasks: z.array(TaskEntry).default([]),
  /** Streams of requests, each run with and without a library of tools. */
  streams: z.array(z.string().min(1)).default([]),
  strategies: z.array(z.string()).min(1).default(["funsearch"]),
  generators: z.array(z.string()).min(1).default(["offline"]),
  models: z.array(NamedModel).default([]),
  seeds: Seeds.default(5),
  budgets: Budgets.default([{ evaluations: 2_000 }]),
  /** Run at the same budgets and seeds as everything else. */
  baselines: z
    .strictObject({
      strategies: z.array(z.string()).default([...BASELINES]),
      /** Default: every generator of the manifest. */
      generators: z.array(z.string()).exactOptional(),
      /** The task's own parametric family, where it declares one. */
      parametric: z.boolean().default(true),
    })
    .default({ strategies: [...BASELINES], parametric: true }),
  limits: z
    .strictObject({
      /** For all cells together; every model then needs a budgetUsd of its own. */
      usd: z.number().positive().exactOptional(),
      /** Wall clock after which a cell counts as failed. */
      cellSeconds: z.number().positive().exactOptional(),
    })
    .default({}),
});
export type Manifest = z.output<typeof Manifest>;
