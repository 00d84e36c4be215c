/** `toolwright evaluate`: scores a given function on given instances, as a search would. */

import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { describeExecution } from "../../core/execution.ts";
import { present } from "../../core/present.ts";
import type { CandidateForm, Task } from "../../core/task.ts";
import { dataInstances, readText } from "../../tasks/tasks.ts";
import { EXIT } from "../output.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";
import { pickTask } from "./evolve.ts";

interface EvaluateFlags extends CommonFlags {
  readonly spec?: string;
  readonly source: string;
  readonly data?: string;
  readonly timeoutMs: number;
}

export function addEvaluate(command: Command): void {
  withCommonFlags(
    command
      .argument("[task]", "a task of experiments/, or the path of a task module")
      .option("--spec <file>", "a spec file (JSON or YAML) instead of a task")
      .requiredOption("--source <file>", "JavaScript or TypeScript that defines the function")
      .option("--data <file>", "instances in one of the task's own formats")
      .option("--timeout-ms <ms>", "time limit for all instances together", integer, 60_000),
  ).action(async (name: string | undefined, flags: EvaluateFlags) => {
    const task = await pickTask(name, flags.spec);
    const source = await readText(flags.source);
    const instances =
      flags.data === undefined
        ? undefined
        : dataInstances(task, await readText(flags.data), flags.data);
    await withSession(flags, async ({ engine, output, signal }) => {
      const seed = engine.config.seed;
      const chosen = instances ?? orTraining(task, seed);
      const form = formOf(task, source, flags.source);
      const sandbox = await engine.sandbox();
      const executions = await sandbox.run(
        {
          program: {
            language: "typescript",
            source,
            entry: form.entry,
            ...present({ uses: task.uses }),
          },
          inputs: chosen.map(({ input }) => input),
          limits: { ...task.limits, timeoutMs: flags.timeoutMs },
          seed,
          ...present({ harness: form.harness }),
        },
        signal,
      );
      const evaluation = engine.evaluator.evaluate(task, chosen, executions);
      if (evaluation.status === "failed") {
        const execution = executions[evaluation.at];
        const { kind, reason, at } = evaluation;
        const outcome = execution === undefined ? reason : describeExecution(execution);
        output.result(
          { status: "failed", kind, reason, instance: at },
          `The function failed on instance ${at}: ${kind === "invalid" ? reason : outcome}`,
        );
        process.exitCode = EXIT.failed;
        return;
      }
      const { fitness, scores } = evaluation;
      const measures = task.measures?.(scores, chosen) ?? {};
      const lines = Object.entries(measures).map(
        ([key, value]) => `${task.labels?.[key] ?? key}: ${Number(value.toFixed(4))}`,
      );
      output.result(
        { status: "scored", score: fitness, instances: chosen.length, ...measures, scores },
        [`score: ${fitness} on ${chosen.length} instances`, ...lines].join("\n"),
      );
    });
  });
}

function orTraining(task: Task, seed: number) {
  const sealed = task.instances("sealed", seed);
  return sealed.length > 0 ? sealed : task.instances("train", seed);
}

/** The first form whose entry the source defines; if there is only one form, that one. */
function formOf(task: Task, source: string, file: string): CandidateForm {
  const own: CandidateForm = {
    entry: task.kernel.entry,
    ...present({ harness: task.harness }),
  };
  const forms = task.forms ?? [own];
  const defined = forms.find(({ entry }) =>
    new RegExp(`(function\\s*\\*?\\s*|(const|let|var|class)\\s+|globalThis\\.)${entry}\\b`).test(
      source,
    ),
  );
  const fallback = forms[0];
  if (fallback === undefined) {
    throw new InputError("BAD_TASK_MODULE", `The task ${task.name} offers no form for ${file}.`);
  }
  // If none matches, the sandbox reports exactly what is missing.
  return defined ?? fallback;
}
