/**
 * `npm start`: the main job. A shipped task's request runs through the whole flow: affordance,
 * create_tool if no tool serves, registration, the call, the answer.
 */
import { join } from "node:path";
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { Request } from "../../core/request.ts";
import { loadTask } from "../../tasks/tasks.ts";
import { table } from "../output.ts";
import { report } from "../request-attempt.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";
import { submitAndAttempt } from "./request.ts";

interface StartFlags extends CommonFlags {
  readonly task: string;
  readonly data?: string;
  readonly budgetSeconds?: number;
  readonly budgetEvaluations?: number;
}

export function addStart(command: Command): void {
  withCommonFlags(
    command
      .requiredOption("--task <name>", "the task whose request is submitted")
      .option("--data <file>", "file with your own instances (OR-Library text or JSON)")
      .option("--budget-seconds <seconds>", "for making the tool (default: 45)", integer)
      .option("--budget-evaluations <count>", "for making the tool", integer),
  ).action(async (flags: StartFlags) => {
    const task = await loadTask(flags.task);
    if (task.request === undefined) {
      throw new InputError(
        "USAGE",
        `The task ${task.name} has no request of its own. Choose another task.`,
      );
    }
    const request = Request.parse(task.request);
    await withSession(flags, async (session) => {
      const { engine, output } = session;
      const started = performance.now();
      const outcome = await submitAndAttempt(session, request, flags);
      const seconds = (performance.now() - started) / 1000;
      const { solution, requestId, status } = outcome;
      if (solution?.status !== "answered") {
        report(engine.requests, outcome, output);
        return;
      }
      const { answer, createdBy } = solution;
      const rows = Object.entries(answer.measures).map(([key, value]) => [
        task.labels?.[key] ?? key,
        Number.isInteger(value) ? String(value) : value.toFixed(2),
      ]);
      // The task's cases decide success, so the answer has a tool.
      const { name = "", version = 0 } = answer.tool ?? {};
      output.result(
        {
          requestId,
          status,
          answer: answer.text,
          tool: answer.tool,
          created: createdBy !== undefined,
          runId: createdBy ?? null,
          measures: answer.measures,
          seconds,
        },
        [
          answer.text,
          "",
          table(
            [
              `${name} v${version}`,
              createdBy === undefined ? "found in the store" : "made for this request",
            ],
            rows,
          ),
          "",
          `Done in ${seconds.toFixed(1)} s. Trace: ${join(engine.config.home, "trace.db")}, run ${requestId}. Tool: ${join(engine.config.home, "tools.db")}.`,
          "Next:",
          `  npm run -s toolwright -- tools show ${name}`,
          `  npm run -s toolwright -- traces show ${requestId}`,
          // Exports all runs: a request that found its tool contains too little training data.
          "  npm run -s toolwright -- traces export --format openai-sft --out export",
          createdBy === undefined
            ? "  npm run -s toolwright -- request --help     (a request of your own)"
            : "  npm start          (again: the tool is found, nothing is evolved)",
        ].join("\n"),
      );
    });
  });
}
