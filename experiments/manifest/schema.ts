/**
 * The schema of a batch of experiments: tasks x strategies x generators x models x seeds x budgets, and
 * the baselines to compare with. People write it in YAML; it is checked once.
 */
import { z } from "zod";
import { ModelConfig } from "../../src/index.ts";

export const CellBudget = z
  .strictObject({
    evaluations: z
      .int()
      .min(1)
      .exactOptional()
      .describe("Candidates of one cell. Only this gives the same table on every machine."),
    seconds: z.number().positive().exactOptional().describe("Seconds of one cell."),
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
    z.strictObject({
      task: z.string().min(1).describe("A task's name, a pattern or a path."),
      budgets: Budgets.exactOptional().describe("Budgets of this task only."),
    }),
  ],
  "expected a task's name, a pattern such as synthesis/*, a path, or { task, budgets }",
);

/** A model with a name in the manifest; its key stays in the environment. */
const NamedModel = ModelConfig.extend({
  name: z.string().min(1).describe("Name of the model in this manifest and its report."),
});
export type NamedModel = z.output<typeof NamedModel>;

const Seeds = z.union(
  [z.int().min(1).max(1_000), z.array(z.int().min(0).max(4_294_967_295)).min(1)],
  "expected a count of seeds or a list of whole numbers from 0",
);

const BASELINES = ["random", "best-of-n", "sequential"] as const;

export const Manifest = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
      error: "expected a name of letters, digits, dots, dashes and _ (at most 64)",
    })
    .describe("Name of the experiment, and of its folder."),
  description: z.string().exactOptional().describe("What it asks, for the report."),
  tasks: z
    .array(TaskEntry)
    .default([])
    .describe(
      "Tasks: names, patterns such as `synthesis/*`, paths of specs and task modules, or `{ task, budgets }`.",
    ),
  streams: z
    .array(z.string().min(1))
    .default([])
    .describe("Streams of requests, each run with and without a library of tools."),
  strategies: z
    .array(z.string())
    .min(1)
    .default(["funsearch"])
    .describe("How programs are stored and parents are selected."),
  generators: z
    .array(z.string())
    .min(1)
    .default(["offline"])
    .describe("What proposes candidates. `llm` and `ensemble` use a model."),
  models: z.array(NamedModel).default([]).describe("Models for generators that use one."),
  seeds: Seeds.default(5).describe("A list of seeds, or a count: 5 means the seeds 1 to 5."),
  budgets: Budgets.default([{ evaluations: 2_000 }]).describe("Where the search of a cell ends."),
  baselines: z
    .strictObject({
      strategies: z
        .array(z.string())
        .default([...BASELINES])
        .describe("Strategies to compare with."),
      generators: z
        .array(z.string())
        .exactOptional()
        .describe("Their generators. Default: every generator of the manifest."),
      parametric: z
        .boolean()
        .default(true)
        .describe(
          "The task's parametric family of programs, without a search, if it declares one.",
        ),
    })
    .default({ strategies: [...BASELINES], parametric: true })
    .describe("Baselines, run with the same budgets and seeds as all other arms."),
  limits: z
    .strictObject({
      usd: z
        .number()
        .positive()
        .exactOptional()
        .describe("Maximum dollars of all cells together. Every model then needs a `budgetUsd`."),
      cellSeconds: z
        .number()
        .positive()
        .exactOptional()
        .describe("Seconds of wall clock after which a cell counts as failed."),
    })
    .default({})
    .describe("Limits of the whole experiment."),
});
export type Manifest = z.output<typeof Manifest>;
