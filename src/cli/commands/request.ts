/** `toolwright request`: from an objective to an answer; makes a tool if no stored one serves. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import type { RequestWork } from "../../core/events/request.ts";
import { IMAGE_BYTES, imageOf } from "../../core/image.ts";
import type { Json } from "../../core/json.ts";
import { present } from "../../core/present.ts";
import { type Budget, Request } from "../../core/request.ts";
import { checkSchema, faultText } from "../../core/schema-check.ts";
import type { Outcome } from "../../request/requests.ts";
import type { Output } from "../output.ts";
import { attemptOn, report } from "../request-attempt.ts";
import {
  type CommonFlags,
  collect,
  integer,
  type Session,
  withCommonFlags,
  withSession,
} from "../session.ts";
import { addRequestReplies } from "./request-reply.ts";
import { addRequestViews } from "./request-view.ts";

export interface RequestFlags extends CommonFlags {
  readonly require?: readonly string[];
  readonly constrain?: readonly string[];
  readonly user?: string;
  readonly file?: readonly string[];
  readonly image?: readonly string[];
  readonly stream?: boolean;
  readonly examples?: string;
  readonly spec?: string;
  readonly task?: string;
  readonly name?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly generator?: string;
  readonly budgetSeconds?: number;
  readonly budgetEvaluations?: number;
  readonly limit?: readonly string[];
  readonly detach?: boolean;
  readonly questions?: boolean;
}

export function addRequest(request: Command): void {
  // Flags after a subcommand's name belong to the subcommand, even if a flag has the same name here.
  request.enablePositionalOptions();
  withSubmitFlags(request.argument("<objective>", "what you want, in words")).action(submitted);
  withSubmitFlags(
    request
      .command("submit")
      .description("the same; needed if the objective equals a subcommand's name")
      .argument("<objective>", "what you want, in words"),
  ).action(submitted);
  addRequestViews(request);
  addRequestReplies(request);
}

function withSubmitFlags(command: Command): Command {
  return withCommonFlags(
    command
      .option("--require <text>", "a requirement (repeatable)", collect, [])
      .option("--constrain <text>", "a constraint (repeatable)", collect, [])
      .option("--user <name>", "the person who asks; their preferences are used")
      .option("--file <path>", "a text file with context (repeatable)", collect, [])
      .option(
        "--image <file>",
        "an image for the model: PNG, JPEG, WebP or GIF, or an https address (repeatable)",
        collect,
        [],
      )
      .option("--stream", "print the answer's text as it is written (default: on a terminal)")
      .option("--examples <file>", "examples: a list of { args, expected }")
      .option("--name <name>", "with --examples: the tool's name (default: from the objective)")
      .option(
        "--signature <text>",
        "with --examples: the tool's signature, e.g. `price(amount: number, rate: number): number`",
      )
      .option("--spec <file>", "a spec file: name, description, signature, cases")
      .option("--task <name>", "a task of experiments/, or the path of a task module")
      .option("--data <file>", "with --task: the inputs of the tool")
      .option("--generator <name>", "generator of candidates (default: all available ones)")
      .option("--budget-seconds <seconds>", "for making a tool (default: 45)", integer)
      .option("--budget-evaluations <count>", "for making a tool", integer)
      .option(
        "--limit <unit=amount>",
        "limit of the whole request: tokens, usd, calls, evaluations or seconds (repeatable)",
        collect,
        [],
      )
      .option(
        "--questions",
        "ask, at most three times, where programs that fit every example disagree; a stored tool that is not trusted is made again (default on a terminal: ask about new tools)",
      )
      .option("--no-questions", "ask nothing: the tool says where it is unsure")
      .option("--detach", "only submit; toolwright worker or request resume runs it"),
  );
}

async function submitted(objective: string, flags: RequestFlags): Promise<void> {
  const request = parseRequest(objective, flags);
  const { prepare, readSource } = await import("../../tasks/request-source.ts");
  const source = await readSource(flags);
  await withSession(flags, async (session) => {
    const { engine, output } = session;
    // Faults of a task or its data are reported before anything is submitted.
    const { task } = await prepare({ source, seed: engine.config.seed }, request);
    if (request.images !== undefined && task !== undefined) {
      throw new InputError(
        "IMAGES_NEED_MODEL",
        `Expected no --image together with --examples, --spec or --task: those requests use no model. Remove one of the flags.`,
      );
    }
    const requestId = await submit(session, request, source, flags);
    if (flags.detach === true) {
      output.result(
        { requestId, status: "NOT_STARTED" },
        `Submitted ${requestId}. To run it: toolwright request resume ${requestId}, or toolwright worker.`,
      );
      return;
    }
    const outcome = await attemptOn(session, requestId, flags.stream);
    report(engine.requests, outcome, output);
    tellHowToBeAsked(outcome, output);
  });
}

/** Says how a person can make a tool surer that was made without asking. */
function tellHowToBeAsked({ solution }: Outcome, output: Output): void {
  if (solution?.status !== "answered") return;
  const { evidence } = solution.answer;
  if (evidence?.status !== "provisional" || evidence.unsureOn.length === 0) return;
  output.note("To be asked about what it is unsure of, add --questions to the same request.");
}

function parseRequest(objective: string, flags: RequestFlags): Request {
  const { require = [], constrain = [], user, limit = [], file = [], image = [] } = flags;
  const checked = checkSchema(Request, {
    objective,
    requirements: require,
    constraints: constrain,
    ...present({ user }),
    // Another process may resume it from another folder.
    ...(file.length === 0 ? {} : { files: file.map((path) => resolve(path)) }),
    ...(image.length === 0 ? {} : { images: image.map(readImage) }),
    ...(limit.length === 0 ? {} : { budget: limits(limit) }),
  });
  if (checked.ok) return checked.data;
  throw new InputError(
    "INVALID_REQUEST",
    `The request does not fit: ${faultText(checked.faults)}.`,
  );
}

/** The request contains the bytes, because a process that resumes it may not have the file. */
function readImage(path: string): Json {
  if (path.startsWith("https://")) return { type: "image", url: path };
  try {
    // Checked before reading, because the file may be of any size.
    const { size } = statSync(path);
    if (size <= IMAGE_BYTES) return { ...imageOf(readFileSync(path), path) };
    throw new InputError(
      "BAD_IMAGE",
      `${path}: expected an image of at most ${IMAGE_BYTES} bytes, got ${size}. Scale it down.`,
    );
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      "BAD_IMAGE",
      `Expected a readable image at ${path}: ${(error as Error).message}. Name another one with --image.`,
    );
  }
}

function limits(list: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    list.map((text) => {
      const [unit = "", amount = ""] = text.split("=");
      return [unit.trim(), amount.trim() === "" ? Number.NaN : Number(amount)] as const;
    }),
  );
}

/** Submits the request and prints it. */
async function submit(
  { engine, output, interactive }: Session,
  request: Request,
  source: Json,
  flags: RequestFlags,
): Promise<string> {
  const budget = budgetOf(flags);
  // Without a terminal, a request that nobody will answer must end.
  const { generator, detach = false } = flags;
  const questions = flags.questions ?? (interactive && !detach);
  const work: RequestWork = {
    source,
    seed: engine.config.seed,
    ...(questions ? { questions: flags.questions === true ? "all" : "made" } : {}),
    ...present({ budget, generator }),
  };
  const { prepare } = await import("../../tasks/request-source.ts");
  const { task } = await prepare(work, request);
  const requestId = await engine.requests.submit(request, work);
  output.note(`Request: ${request.objective}`);
  for (const text of request.requirements) output.note(`  requires: ${text}`);
  for (const text of request.constraints) output.note(`  constraint: ${text}`);
  for (const note of task?.notes ?? []) output.note(note);
  return requestId;
}

/**
 * Submits a request and runs it, with live progress on stderr.
 *
 * @param source Default: what the flags name.
 */
export async function submitAndAttempt(
  session: Session,
  request: Request,
  flags: RequestFlags,
  source?: Json,
): Promise<Outcome> {
  const { readSource } = await import("../../tasks/request-source.ts");
  const requestId = await submit(session, request, source ?? (await readSource(flags)), flags);
  return attemptOn(session, requestId);
}

function budgetOf({ budgetSeconds, budgetEvaluations }: RequestFlags): Budget | undefined {
  if (budgetSeconds === undefined && budgetEvaluations === undefined) return undefined;
  return {
    ...present({ seconds: budgetSeconds, evaluations: budgetEvaluations }),
  };
}
