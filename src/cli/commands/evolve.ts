/** `toolwright evolve`: one evolution run; prints its best program in a form that can be evaluated. */
import { type Command, Option } from "commander";
import { InputError } from "../../core/errors.ts";
import { present } from "../../core/present.ts";
import type { Task } from "../../core/task.ts";
import type { Engine, EvolutionOptions } from "../../engine/engine.ts";
import { GENERATORS } from "../../evolve/generators/by-name.ts";
import { LLM_MODES } from "../../evolve/generators/llm/modes.ts";
import type { EvolveResult, MeasuredFitness } from "../../evolve/loop/run.ts";
import { loadSpecTask, loadTask } from "../../tasks/tasks.ts";
import { EXIT } from "../output.ts";
import { progressLine } from "../progress.ts";
import { registerWinner, registrationText } from "../register-winner.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";

interface EvolveFlags extends CommonFlags {
  readonly spec?: string;
  readonly generator?: string;
  readonly strategy?: string;
  readonly budgetSeconds?: number;
  readonly budgetEvaluations?: number;
  readonly budgetTokens?: number;
  readonly budgetUsd?: number;
  readonly target?: number;
  readonly stagnation?: number;
  readonly samplers?: number;
  readonly resume?: string;
  readonly register?: boolean;
}

/** In the figures, the generator of a model is listed by its modes. */
const MODEL_ARMS: ReadonlySet<string> = new Set(LLM_MODES);

export function addEvolve(command: Command): void {
  withCommonFlags(
    command
      .argument("[task]", "a task of experiments/, or the path of a task module")
      .option("--spec <file>", "a spec file (JSON or YAML) instead of a task")
      .addOption(
        new Option(
          "--generator <name>",
          "generator of candidates (default: all available ones)",
        ).choices([...GENERATORS]),
      )
      .option(
        "--strategy <name>",
        "funsearch, map-elites, best-of-n, sequential or random",
        "funsearch",
      )
      .option("--budget-seconds <seconds>", "duration of the search (default: 45)", integer)
      .option("--budget-evaluations <count>", "maximum number of candidate runs", integer)
      .option("--budget-tokens <count>", "maximum tokens of models, prompts and replies", integer)
      .option("--budget-usd <dollars>", "maximum cost of models", integer)
      .option("--target <score>", "end at a training score of at least this", integer)
      .option("--samplers <count>", "concurrent model calls (default: 16)", integer)
      .option(
        "--stagnation <count>",
        "end after this many evaluations without a better program",
        integer,
      )
      .option("--resume <run>", "continue a run of this home: its evaluations are not repeated")
      .option("--register", "register the winner in the tool store, if it passes the gate"),
  ).action(async (name: string | undefined, flags: EvolveFlags) => {
    const task = withTarget(await pickTask(name, flags.spec), flags.target);
    await withSession(flags, async ({ engine, output, signal }) => {
      for (const note of task.notes ?? []) output.note(note);
      const line = progressLine(task.name, () => task.figure);
      const { runId, result } = await engine.evolve(
        task,
        { ...optionsOf(flags, engine), onProgress: line.update },
        signal,
      );
      line.done();
      const report = reportOf(task, runId, result);
      const registration =
        flags.register === true
          ? await registerWinner(engine, task, runId, result, signal)
          : undefined;
      output.result(
        { ...report, ...present({ registration }) },
        [
          textOf(task, report, result),
          ...(registration === undefined ? [] : [registrationText(registration)]),
        ].join("\n"),
      );
      process.exitCode = statusOf(task, result);
      if (registration?.status === "refused") process.exitCode ||= EXIT.failed;
    });
  });
}

function withTarget(task: Task, target: number | undefined): Task {
  if (target === undefined) return task;
  if (Number.isFinite(target)) return { ...task, target };
  throw new InputError("USAGE", "Expected --target to be a number, e.g. 1 or -3.05.");
}

export async function pickTask(name: string | undefined, spec: string | undefined): Promise<Task> {
  if (name !== undefined && spec !== undefined) {
    throw new InputError("USAGE", "Expected a task or --spec FILE, got both. Remove one.");
  }
  if (spec !== undefined) return loadSpecTask(spec);
  if (name !== undefined) return loadTask(name);
  throw new InputError("USAGE", "Expected a task or --spec FILE, got neither.");
}

function optionsOf(flags: EvolveFlags, { config }: Engine): EvolutionOptions {
  const { generator, strategy, resume, stagnation, samplers } = flags;
  const { budgetSeconds, budgetEvaluations, budgetTokens, budgetUsd } = flags;
  const above = { budgetSeconds, budgetEvaluations, budgetTokens, budgetUsd, stagnation, samplers };
  for (const [name, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const whole = name !== "budgetSeconds" && name !== "budgetUsd";
    if (value > 0 && value < Number.POSITIVE_INFINITY && (!whole || Number.isInteger(value)))
      continue;
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new InputError(
      "USAGE",
      `Expected --${flag} to be a ${whole ? "whole " : ""}number above 0, got ${value}.`,
    );
  }
  return {
    seed: config.seed,
    budget: {
      ...present({
        seconds: budgetSeconds,
        evaluations: budgetEvaluations,
        tokens: budgetTokens,
        usd: budgetUsd,
      }),
    },
    ...present({ generator, strategy, stagnation, samplers, resume }),
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
    /** Only for a noisy task: mean and standard error of new measurements. */
    readonly measured?: MeasuredFitness;
    readonly measures: Readonly<Record<string, number>>;
  } | null;
  /** The instances on which the null candidate and the best seed are compared: sealed if the task has any. */
  readonly comparedOn: "sealed" | "training";
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
  const { winner, start } = result;
  const unsealed = winner?.sealed === undefined && winner?.sealedFailure === undefined;
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
            ...present({ measured: winner.measured }),
            measures: winner.sealed?.measures ?? {},
          },
    comparedOn: unsealed ? "training" : "sealed",
    floor: (unsealed ? start.floor : winner?.floor?.fitness) ?? null,
    baseline: (unsealed ? start.baseline : winner?.baseline?.fitness) ?? null,
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
    ...measuredText(best.measured),
    ...comparison(report),
    ...figures,
    `${evaluations} evaluations in ${seconds.toFixed(1)} s, ended by ${stopped}${hint(task, result)}`,
    `Run: ${runId}`,
  ].join("\n");
}

/** The null candidate, and the best program that the search started from. */
function comparison({ comparedOn, floor, baseline }: EvolveReport): readonly string[] {
  if (floor === null || baseline === null) return [];
  return [
    `to compare (${comparedOn}): null candidate ${round(floor)}, best seed ${round(baseline)}`,
  ];
}

function measuredText(measured: MeasuredFitness | undefined): readonly string[] {
  if (measured === undefined) return [];
  const { fitness, error, samples } = measured;
  return [`measured again: ${round(fitness)}, standard error ${round(error)}, n = ${samples}`];
}

/** Suggestions for a target that was not reached. */
function hint(task: Task, { winner, stopped, weights }: EvolveResult): string {
  const short = task.target !== undefined && (winner?.program.fitness ?? -Infinity) < task.target;
  if (!short || stopped === "target") return "";
  const tried = Object.keys(weights);
  if (tried.some((name) => MODEL_ARMS.has(name))) {
    return ". The target was not reached: a larger budget, another model or better seeds may help";
  }
  const arms = tried.length === 0 ? "" : ` by ${tried.join(", ")}`;
  return (
    `. The target was not reached${arms}: tasks with loops, several steps or flat scores need a ` +
    "language model (set TOOLWRIGHT_MODEL, see README, Models), or better seeds"
  );
}

/** A search that ran out of budget before its target has failed; without a target it has not. */
function statusOf(task: Task, { winner, stopped }: EvolveResult): number {
  if (winner === undefined) return EXIT.failed;
  const reached = task.target === undefined || winner.program.fitness >= task.target;
  if (reached) return EXIT.done;
  return stopped === "budget" ? EXIT.budget : EXIT.failed;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}
