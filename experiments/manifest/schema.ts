/**
 * What a batch of experiments is: tasks x strategies x generators x models x seeds x budgets, and
 * the baselines that stand beside them. Written by people in YAML, checked here once.
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
      budgets: Budgets.exactOptional().describe("Budgets of this task alone."),
    }),
  ],
  "expected a task's name, a pattern such as synthesis/*, a path, or { task, budgets }",
);

/** A model under a name of the manifest's own; its key stays in the environment. */
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
    .describe("How the population is kept and parents are chosen."),
  generators: z
    .array(z.string())
    .min(1)
    .default(["offline"])
    .describe("What proposes candidates. `llm` and `ensemble` ask a model."),
  models: z.array(NamedModel).default([]).describe("Models for generators that ask one."),
  seeds: Seeds.default(5).describe("A list of seeds, or a count: 5 stands for the seeds 1 to 5."),
  budgets: Budgets.default([{ evaluations: 2_000 }]).describe("Where the search of a cell ends."),
  baselines: z
    .strictObject({
      strategies: z
        .array(z.string())
        .default([...BASELINES])
        .describe("Strategies that stand beside the others."),
      generators: z
        .array(z.string())
        .exactOptional()
        .describe("Their generators. Default: every generator of the manifest."),
      parametric: z
        .boolean()
        .default(true)
        .describe("The task's own family of programs without a search, where it declares one."),
    })
    .default({ strategies: [...BASELINES], parametric: true })
    .describe("Run at the same budgets and seeds as everything else."),
  limits: z
    .strictObject({
      usd: z
        .number()
        .positive()
        .exactOptional()
        .describe("Most dollars of all cells together. Every model then needs a `budgetUsd`."),
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
