/** One attempt at a request in this process: progress on stderr, the result on stdout. */
import { setTimeout as sleep } from "node:timers/promises";
import { BudgetExceededError, InputError } from "../core/errors.ts";
import type { KnownEvent } from "../core/events/schemas.ts";
import type { Json } from "../core/json.ts";
import type { FitnessFigure } from "../core/task.ts";
import { Released } from "../journal/durable.ts";
import { modelWait } from "../journal/journal.ts";
import type { AttemptOptions, Outcome, Requests } from "../request/requests.ts";
import { askPerson } from "./ask-person.ts";
import { EXIT, type Output } from "./output.ts";
import { progressLine } from "./progress.ts";
import { caseQuestionOf, triedText, waitLines, waitsAsJson } from "./request-text.ts";
import type { Session } from "./session.ts";
import { checkLines, walkNote } from "./walk-text.ts";

/** A signal only stops this process: the request stays available to other processes. */
export async function attemptOnce(
  { engine, output, signal }: Session,
  requestId: string,
  // On a terminal, a person can follow the model's text.
  stream = process.stderr.isTTY === true,
): Promise<Outcome> {
  const { prepare } = await import("../tasks/request-source.ts");
  let figure: FitnessFigure | undefined;
  const line = progressLine("  evolving", () => figure);
  const options: AttemptOptions = {
    async prepare(...asked) {
      const prepared = await prepare(...asked);
      figure = prepared.task?.figure;
      return prepared;
    },
    onEvent: (event) => printEvent(event, output, line.done),
    onProgress: line.update,
    ...(stream ? { onText: output.piece } : {}),
  };
  try {
    return await engine.requests.attempt(
      requestId,
      { ...options, release: signal },
      new AbortController().signal,
    );
  } finally {
    line.done();
  }
}

/**
 * Attempts until the request ends or waits for a person who is not there: at a terminal, questions about
 * results are asked at once. While the model is away, this process waits and makes the next tries.
 */
export async function attemptOn(
  session: Session,
  requestId: string,
  stream?: boolean,
): Promise<Outcome> {
  const { engine, output, signal } = session;
  let told = false;
  for (;;) {
    const outcome = await attemptOnce(session, requestId, stream);
    if (await answeredHere(session, outcome)) continue;
    if (outcome.view?.waits.some((wait) => modelWait(wait) !== undefined) !== true) return outcome;
    if (!told) {
      output.note(
        `Waiting here. Ctrl-C leaves the request waiting; then continue it with: toolwright request resume ${requestId}`,
      );
      told = true;
    }
    await untilDue(engine.requests, requestId, signal);
  }
}

/** Whether a person at this terminal was asked what the request waits for, and has answered. */
async function answeredHere(session: Session, { requestId, view }: Outcome): Promise<boolean> {
  const { engine, output, signal, interactive } = session;
  if (!interactive) return false;
  for (const wait of view?.waits ?? []) {
    const question = caseQuestionOf(wait);
    if (question === undefined) continue;
    const terminal = { input: process.stdin, output: process.stderr, print: output.note };
    const cases = await askPerson(terminal, question, signal);
    if (cases === undefined) return false;
    const answer = cases.length === 0 ? question.inputs.map(() => "-") : [...cases];
    await engine.requests.answer(requestId, answer as Json, { question: wait.key });
    return true;
  }
  return false;
}

const LOOK_MS = 250;

/** Ends too when another process has changed or ended the request; while one runs it, this one waits. */
async function untilDue(requests: Requests, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    if (signal.aborted) throw new Released(id, signal.reason);
    const { status, live } = await requests.summary(id);
    if (!live && (status !== "WAITING_FEEDBACK" || (await requests.due()).includes(id))) return;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Prints the request's events for a person. */
function printEvent(event: KnownEvent, output: Output, endLine: () => void): void {
  const note = walkNote(event) ?? attemptNote(event);
  if (note === undefined) return;
  endLine();
  output.note(note);
}

function attemptNote(event: KnownEvent): string | undefined {
  switch (event.type) {
    case "affordance-result": {
      const found = event.data.tried.find(({ status }) => status === "serves");
      return found === undefined
        ? "Affordance: no stored tool serves it."
        : `Affordance: ${found.name} v${found.version} serves it.`;
    }
    case "plan-proposed":
      return "step" in event.data ? `Plan: ${event.data.step}. ${event.data.reason}` : undefined;
    case "request-revised":
      return `Revision ${event.data.revision}: ${event.data.objective}`;
    case "wait-started": {
      const model = modelWait(event.data);
      if (model === undefined) return undefined;
      return `${model.text} Tried ${triedText(model)}; the next try is at ${event.data.deadline}.`;
    }
    case "tool-reuse":
      return event.data.reasons.join(" ");
    case "tool-register":
      return `Registered ${event.data.name} v${event.data.version}.`;
    case "registration-refused":
      return `Refused to register ${event.data.name}: ${event.data.reasons.join(" ")}`;
    default:
      return undefined;
  }
}

/** Reports the result of an attempt and sets the exit status. */
export function report(requests: Requests, outcome: Outcome, output: Output): void {
  const { requestId, status, solution, view } = outcome;
  if (view !== undefined) {
    const sleeps = view.dueAt === undefined ? [] : [`It continues at ${view.dueAt}.`];
    output.result(
      { requestId, status, waits: waitsAsJson(requests, view), dueAt: view.dueAt ?? null },
      [
        `${status}: request ${requestId} waits.`,
        ...view.waits.flatMap((wait) => waitLines(requests, requestId, wait)),
        ...sleeps,
        ...(view.dueAt === undefined
          ? []
          : [
              "To continue it then, run toolwright worker (or later toolwright request resume --all).",
            ]),
      ].join("\n"),
    );
    return;
  }
  if (solution === undefined) {
    output.result({ requestId, status }, `${status}: request ${requestId}.`);
    process.exitCode = status === "CANCELED" ? EXIT.canceled : EXIT.failed;
    return;
  }
  if (solution.status === "gave-up") {
    output.result({ requestId, status, reason: solution.reason }, `${status}: ${solution.reason}`);
    process.exitCode = EXIT.failed;
    return;
  }
  const { answer, createdBy } = solution;
  const { text, tool, measures, outputs, ...more } = answer;
  const shown = Object.keys(measures).length > 0 ? [] : outputs.slice(0, 10);
  output.result(
    {
      requestId,
      status,
      answer: text,
      ...more,
      tool,
      created: createdBy !== undefined,
      runId: createdBy ?? null,
      measures,
      outputs,
    },
    [
      text,
      ...shown.map((value) => `  ${JSON.stringify(value).slice(0, 200)}`),
      ...checkLines(answer.checks),
      ...(answer.unchecked === undefined ? [] : [`  unchecked: ${answer.unchecked}`]),
      "",
      [
        ...(tool === null ? [] : [`Use it: toolwright tools run ${tool.name} --args '[...]'`]),
        `Trace: toolwright traces show ${requestId}`,
      ].join("   "),
    ].join("\n"),
  );
}

/** Reports the failure of one of several requests; the others continue. */
export function tellFailure(output: Output, requestId: string, error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  output.note(`${requestId === "" ? "store" : requestId}: ${message}`);
  if (error instanceof InputError && error.code === "REQUEST_HELD") return EXIT.done;
  return error instanceof BudgetExceededError ? EXIT.budget : EXIT.failed;
}
