/** `toolwright evolve`: one evolution run, its best program in the form that a user can evaluate. */
import { type Command, Option } from "commander";
import { InputError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import type { Engine, EvolutionOptions } from "../../engine.ts";
import { GENERATORS } from "../../evolve/generators/by-name.ts";
import type { EvolveResult } from "../../evolve/run.ts";
import { EXIT } from "../output.ts";
import { progressLine } from "../progress.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";
import { loadSpecTask, loadTask } from "../tasks.ts";

interface EvolveFlags extends CommonFlags {
  readonly spec?: string;
  readonly generator?: string;
  readonly strategy?: string;
  readonly budgetSeconds?: number;
  readonly budgetEvaluations?: number;
  readonly stagnation?: number;
  readonly resume?: string;
}

export function addEvolve(program: Command): void {
  withCommonFlags(
    program
      .command("evolve")
      .description("evolve a function for a task or a spec")
      .argument("[task]", "a task of experiments/, or the path of a task module")
      .option("--spec <file>", "a spec file (JSON or YAML) instead of a task")
      .addOption(
        new Option(
          "--generator <name>",
          "who writes candidates (default: all that is available)",
        ).choices([...GENERATORS]),
      )
      .option(
        "--strategy <name>",
        "funsearch, map-elites, best-of-n, sequential or random",
        "funsearch",
      )
      .option("--budget-seconds <seconds>", "wall clock of the search (default: 45)", integer)
      .option("--budget-evaluations <count>", "candidates that are run", integer)
      .option("--stagnation <count>", "end after so many evaluations without a better one", integer)
      .option("--resume <run>", "go on with a run of this home: what it has run is not run again"),
  ).action(async (name: string | undefined, flags: EvolveFlags) => {
    const task = await pickTask(name, flags.spec);
    await withSession(flags, async ({ engine, output, signal }) => {
      for (const note of task.notes ?? []) output.note(note);
      const line = progressLine(task.name);
      const { runId, result } = await engine.evolve(
        task,
        { ...optionsOf(flags, engine), onProgress: line.update },
        signal,
      );
      line.done();
      const report = reportOf(task, runId, result);
      output.result(report, textOf(task, report, result));
      process.exitCode = statusOf(task, result);
    });
  });
}

export async function pickTask(name: string | undefined, spec: string | undefined): Promise<Task> {
  if (name !== undefined && spec !== undefined) {
    throw new InputError("USAGE", "Expected a task or --spec FILE, got both. Leave one out.");
  }
  if (spec !== undefined) return loadSpecTask(spec);
  if (name !== undefined) return loadTask(name);
  throw new InputError("USAGE", "Expected a task or --spec FILE, got neither.");
}

function optionsOf(flags: EvolveFlags, { config }: Engine): EvolutionOptions {
  const { generator, strategy, stagnation, resume, budgetSeconds, budgetEvaluations } = flags;
  for (const [name, value] of Object.entries({ budgetSeconds, budgetEvaluations, stagnation })) {
    if (value !== undefined && !(value > 0)) {
      throw new InputError("USAGE", `Expected ${name} to be a number above 0, got ${value}.`);
    }
  }
  const limited = budgetSeconds !== undefined || budgetEvaluations !== undefined;
  return {
    seed: config.seed,
    budget: limited
      ? {
          ...(budgetSeconds === undefined ? {} : { seconds: budgetSeconds }),
          ...(budgetEvaluations === undefined ? {} : { evaluations: budgetEvaluations }),
        }
      : { seconds: config.budgetSeconds },
    ...(generator === undefined ? {} : { generator }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(stagnation === undefined ? {} : { stagnation }),
    ...(resume === undefined ? {} : { resume }),
  };
}

interface EvolveReport {
  readonly best: {
    readonly source: string;
    readonly entry: string;
    /** Training fitness, higher is better. */
    readonly score: number;
    readonly validation: number | null;
    readonly heldOut: number | null;
    readonly measures: Readonly<Record<string, number>>;
  } | null;
  readonly floor: number | null;
  readonly baseline: number | null;
  readonly evaluations: number;
  readonly proposals: number;
  readonly seconds: number;
  readonly failures: { readonly byStatus: Readonly<Record<string, number>> };
  readonly stopped: string;
  readonly runId: string;
}

function reportOf(task: Task, runId: string, result: EvolveResult): EvolveReport {
  const { winner } = result;
  const published = winner === undefined ? undefined : task.publish(winner.program.source);
  return {
    best:
      winner === undefined || published === undefined
        ? null
        : {
            source: published.source,
            entry: published.entry,
            score: winner.program.fitness,
            validation: winner.validation ?? null,
            heldOut: winner.sealed?.fitness ?? null,
            measures: winner.sealed?.measures ?? {},
          },
    floor: winner?.floor?.fitness ?? null,
    baseline: winner?.baseline?.fitness ?? null,
    evaluations: result.evaluations,
    proposals: result.proposals,
    seconds: result.seconds,
    failures: { byStatus: result.failures },
    stopped: result.stopped,
    runId,
  };
}

function textOf(task: Task, report: EvolveReport, result: EvolveResult): string {
  const { best, evaluations, seconds, stopped, runId } = report;
  if (best === null) {
    return `No candidate ran on every training instance (${evaluations} evaluations; ${JSON.stringify(report.failures.byStatus)}). Run: ${runId}`;
  }
  const figures = Object.entries(best.measures).map(
    ([key, value]) => `  ${task.labels?.[key] ?? key}: ${round(value)}`,
  );
  return [
    best.source.trimEnd(),
    "",
    `score ${round(best.score)} (training), ${best.validation === null ? "no validation split" : `${round(best.validation)} (validation)`}, ${best.heldOut === null ? "no sealed score" : `${round(best.heldOut)} (sealed)`}`,
    ...figures,
    `${evaluations} evaluations in ${seconds.toFixed(1)} s, ended by ${stopped}${hint(task, result)}`,
    `Run: ${runId}`,
  ].join("\n");
}

function hint(task: Task, { winner, stopped }: EvolveResult): string {
  const short = task.target !== undefined && (winner?.program.fitness ?? 0) < task.target;
  if (!short || stopped === "target") return "";
  return (
    ". The target was not reached: tasks with loops, several steps or flat scores need a language " +
    "model (see README, Models), or seeds that come near"
  );
}

/** A search for a target that ran out of budget is not done; one without a target is. */
function statusOf(task: Task, { winner, stopped }: EvolveResult): number {
  if (winner === undefined) return EXIT.failed;
  const reached = task.target === undefined || winner.program.fitness >= task.target;
  if (reached) return EXIT.done;
  return stopped === "budget" ? EXIT.budget : EXIT.failed;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}
