/** `toolwright request`: from an objective to an answer, making a tool where none will do. */
import type { Command } from "commander";
import { specTask } from "../../../evaluators/index.ts";
import type { RequestOutcome } from "../../agent/run-request.ts";
import { specFromExamples } from "../../agent/spec-from-examples.ts";
import { InputError } from "../../core/errors.ts";
import type { NewEvent } from "../../core/event.ts";
import { Request } from "../../core/request.ts";
import type { Task, TaskInstance } from "../../core/task.ts";
import type { Engine, EvolutionOptions } from "../../engine.ts";
import { EXIT, type Output } from "../output.ts";
import { progressLine } from "../progress.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";
import { loadExamples, loadSpecTask, loadTask, readText } from "../tasks.ts";
import { dataInstances } from "./evaluate.ts";

export interface RequestFlags extends CommonFlags {
  readonly require?: readonly string[];
  readonly constrain?: readonly string[];
  readonly examples?: string;
  readonly spec?: string;
  readonly task?: string;
  readonly data?: string;
  readonly generator?: string;
  readonly budgetSeconds?: number;
  readonly budgetEvaluations?: number;
}

export function addRequest(program: Command): void {
  withCommonFlags(
    program
      .command("request")
      .description(
        "submit a request: a stored tool serves it, or one is made, registered and called",
      )
      .argument("<objective>", "what you want, in words")
      .option("--require <text>", "a requirement (repeatable)", collect, [])
      .option("--constrain <text>", "a constraint (repeatable)", collect, [])
      .option("--examples <file>", "examples: a list of { args, expected }")
      .option("--spec <file>", "a spec file: name, description, signature, cases")
      .option("--task <name>", "a task of experiments/, or the path of a task module")
      .option("--data <file>", "with --task: the instances that the tool is called with")
      .option("--generator <name>", "who writes candidates (default: all that is available)")
      .option("--budget-seconds <seconds>", "for making a tool (default: 45)", integer)
      .option("--budget-evaluations <count>", "for making a tool", integer),
  ).action(async (objective: string, flags: RequestFlags) => {
    const request = parseRequest(objective, flags.require ?? [], flags.constrain ?? []);
    const task = await taskOf(objective, flags);
    await withSession(flags, async ({ engine, output, signal }) => {
      const outcome = await submit(engine, output, request, task, flags, signal);
      report(outcome, task, output);
    });
  });
}

export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function parseRequest(
  objective: string,
  requirements: readonly string[],
  constraints: readonly string[],
): Request {
  const parsed = Request.safeParse({ objective, requirements, constraints });
  if (parsed.success) return parsed.data;
  const { path = [], message = "" } = parsed.error.issues[0] ?? {};
  throw new InputError("INVALID_REQUEST", `The request's ${path.join(".")}: expected ${message}.`);
}

async function taskOf(objective: string, flags: RequestFlags): Promise<Task | undefined> {
  const given = [flags.examples, flags.spec, flags.task].filter((flag) => flag !== undefined);
  if (given.length > 1) {
    throw new InputError("USAGE", "Expected one of --examples, --spec and --task, got several.");
  }
  if (flags.task !== undefined) return loadTask(flags.task);
  if (flags.spec !== undefined) return loadSpecTask(flags.spec);
  if (flags.examples === undefined) return undefined;
  return specTask(specFromExamples(objective, await loadExamples(flags.examples)));
}

/** Runs the request with live progress on stderr. */
export async function submit(
  engine: Engine,
  output: Output,
  request: Request,
  task: Task | undefined,
  flags: RequestFlags,
  signal: AbortSignal,
): Promise<RequestOutcome> {
  const { seed } = engine.config;
  const instances = task === undefined ? [] : await instancesOf(task, flags.data, seed);
  for (const note of task?.notes ?? []) output.note(note);
  const line = progressLine("  evolving");
  const budget = budgetOf(flags);
  try {
    return await engine.request(
      request,
      {
        task,
        instances,
        seed,
        ...(budget === undefined ? {} : { budget }),
        ...(flags.generator === undefined ? {} : { generator: flags.generator }),
        onEvent: (event) => tell(event, output, line.done),
        onProgress: line.update,
      },
      signal,
    );
  } finally {
    line.done();
  }
}

async function instancesOf(
  task: Task,
  file: string | undefined,
  seed: number,
): Promise<readonly TaskInstance[]> {
  if (file !== undefined) return dataInstances(task, await readText(file), file);
  // Cases are the request's own inputs. A numeric task gets fresh ones that no split has seen.
  if (task.harness === undefined) {
    return [...task.instances("train", seed), ...task.instances("sealed", seed)];
  }
  return task.instances("sealed", seed + 1);
}

function budgetOf({ budgetSeconds, budgetEvaluations }: RequestFlags): EvolutionOptions["budget"] {
  if (budgetSeconds === undefined && budgetEvaluations === undefined) return undefined;
  return {
    ...(budgetSeconds === undefined ? {} : { seconds: budgetSeconds }),
    ...(budgetEvaluations === undefined ? {} : { evaluations: budgetEvaluations }),
  };
}

/** The request's events as a person follows them. */
function tell({ type, data }: NewEvent, output: Output, endLine: () => void): void {
  const facts = data as Record<string, unknown>;
  endLine();
  switch (type) {
    case "request-submit":
      output.note(`Request: ${String(facts.objective)}`);
      for (const text of facts.requirements as string[]) output.note(`  requires: ${text}`);
      for (const text of facts.constraints as string[]) output.note(`  constraint: ${text}`);
      break;
    case "affordance-result": {
      const tried = facts.tried as { name: string; version: number; status: string }[];
      const found = tried.find(({ status }) => status === "serves");
      output.note(
        found === undefined
          ? "Affordance: no stored tool serves it."
          : `Affordance: ${found.name} v${found.version} serves it.`,
      );
      break;
    }
    case "plan-proposed":
      output.note(`Plan: ${String(facts.step)}. ${String(facts.reason)}`);
      break;
    case "tool-register":
      output.note(`Registered ${String(facts.name)} v${String(facts.version)}.`);
      break;
    case "registration-refused":
      output.note(
        `Refused to register ${String(facts.name)}: ${(facts.reasons as string[]).join(" ")}`,
      );
      break;
    default:
      break;
  }
}

function report(outcome: RequestOutcome, task: Task | undefined, output: Output): void {
  const { requestId, status, solution } = outcome;
  if (solution.status === "gave-up") {
    output.result({ requestId, status, reason: solution.reason }, `${status}: ${solution.reason}`);
    process.exitCode = EXIT.failed;
    return;
  }
  const { answer, createdBy } = solution;
  const shown = answer.outputs
    .slice(0, 10)
    .map((value) => `  ${JSON.stringify(value).slice(0, 200)}`);
  output.result(
    {
      requestId,
      status,
      answer: answer.text,
      tool: answer.tool,
      created: createdBy !== undefined,
      runId: createdBy ?? null,
      measures: answer.measures,
      outputs: answer.outputs,
    },
    [
      answer.text,
      ...(task?.harness === undefined ? shown : []),
      "",
      `Use it: toolwright tools run ${answer.tool.name} --args '[...]'   Trace: toolwright traces show ${requestId}`,
    ].join("\n"),
  );
}
