/** `toolwright request answer|approve|reject|revise|cancel|callback`: a person's replies to a request. */
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { present } from "../../core/present.ts";
import type { Verdict } from "../../core/steps.ts";
import type { Revision } from "../../request/revise.ts";
import { parseJsonFlag } from "../json-flag.ts";
import { EXIT } from "../output.ts";
import { attemptOn, report } from "../request-attempt.ts";
import {
  type CommonFlags,
  collect,
  type Session,
  withCommonFlags,
  withSession,
} from "../session.ts";

interface ReplyFlags extends CommonFlags {
  readonly question?: string;
  readonly detach?: boolean;
  readonly answerId?: string;
}

export function addRequestReplies(request: Command): void {
  withReplyFlags(
    request
      .command("answer")
      .description("answer a request's question, and resume it")
      .argument("<id>", "the request")
      .argument(
        "[answer...]",
        "the answer as text (about results: one word for each input); JSON with --json-answer",
      )
      .option("--json-answer", "the answer is JSON")
      .option("--retry", "for an interrupted step: run it again")
      .option("--skip <json>", "for an interrupted step: use this as its result")
      .option("--fail <reason>", "for an interrupted step: end the request"),
  ).action(async (id: string, words: readonly string[], flags: AnswerFlags) => {
    const said = answerOf(words, flags);
    await replied(id, flags, ({ engine: { requests } }) =>
      "answer" in said
        ? requests.answer(id, said.answer, optionsOf(flags))
        : requests.decide(id, said, optionsOf(flags)),
    );
  });

  withReplyFlags(
    request
      .command("approve")
      .description("approve the tool call that a request asks about, and resume the request")
      .argument("<id>", "the request")
      .option("--arguments <json>", "call it with these arguments instead"),
  ).action(async (id: string, flags: ReplyFlags & { readonly arguments?: string }) => {
    const edited =
      flags.arguments === undefined ? undefined : parseJsonFlag("--arguments", flags.arguments);
    await replied(id, flags, ({ engine }) => engine.requests.approve(id, edited, optionsOf(flags)));
  });

  withReplyFlags(
    request
      .command("reject")
      .description("reject the tool call that a request asks about, and resume the request")
      .argument("<id>", "the request")
      .option("--reason <text>", "the reason, which the planner gets"),
  ).action(async (id: string, flags: ReplyFlags & { readonly reason?: string }) => {
    await replied(id, flags, ({ engine }) =>
      engine.requests.reject(id, flags.reason ?? "no reason was given", optionsOf(flags)),
    );
  });

  withCommonFlags(
    request
      .command("revise")
      .description("change a request; finished steps stay done")
      .argument("<id>", "the request")
      .option("--objective <text>", "the new objective")
      .option("--require <text>", "replaces all requirements (repeatable)", collect, [])
      .option("--constrain <text>", "replaces all constraints (repeatable)", collect, []),
  ).action(
    async (
      id: string,
      flags: CommonFlags & {
        readonly objective?: string;
        readonly require: readonly string[];
        readonly constrain: readonly string[];
      },
    ) => {
      const { objective, require, constrain } = flags;
      const change: Revision = {
        ...present({ objective }),
        ...(require.length === 0 ? {} : { requirements: [...require] }),
        ...(constrain.length === 0 ? {} : { constraints: [...constrain] }),
      };
      if (Object.keys(change).length === 0) {
        throw new InputError("USAGE", "Expected --objective, --require or --constrain, got none.");
      }
      await withSession(flags, async ({ engine, output }) => {
        await engine.requests.revise(id, change);
        output.result(
          { requestId: id, revised: Object.keys(change) },
          `Request ${id} uses the change for a new plan before its next step.`,
        );
      });
    },
  );

  withCommonFlags(
    request
      .command("cancel")
      .description("cancel a request and the runs that it started")
      .argument("<id>", "the request")
      .option("--reason <text>", "the reason, for the trace"),
  ).action(async (id: string, flags: CommonFlags & { readonly reason?: string }) => {
    await withSession(flags, async ({ engine, output }) => {
      await engine.requests.cancel(id, flags.reason ?? "canceled by a person");
      const { status } = await engine.requests.view(id);
      output.result({ requestId: id, status }, `${status}: request ${id}.`);
      process.exitCode = status === "CANCELED" ? EXIT.done : EXIT.failed;
    });
  });

  withCommonFlags(
    request
      .command("callback")
      .description("complete a request's wait for another system")
      .argument("<token>", "the token that request show prints")
      .requiredOption("--result <json>", "the result")
      .option("--detach", "only record it"),
  ).action(async (token: string, flags: ReplyFlags & { readonly result: string }) => {
    const result = parseJsonFlag("--result", flags.result);
    await withSession(flags, async (session) => {
      const { engine, output } = session;
      const { requestId, outcome } = await engine.requests.callback(token, result);
      if (outcome === "duplicate" || flags.detach === true) {
        output.result({ requestId, outcome }, `${outcome}: request ${requestId}.`);
        return;
      }
      report(engine.requests, await attemptOn(session, requestId), output);
    });
  });
}

function withReplyFlags(command: Command): Command {
  return withCommonFlags(
    command
      .option("--question <key>", "key of the question, if there are several")
      .option("--answer-id <id>", "an answer with the same id is ignored")
      .option("--detach", "only record it; a worker or request resume continues the request"),
  );
}

function optionsOf({ question, answerId }: ReplyFlags) {
  return {
    ...present({ question, id: answerId }),
  };
}

/** Sends the reply and resumes the request here. */
async function replied(
  id: string,
  flags: ReplyFlags,
  say: (session: Session) => Promise<void>,
): Promise<void> {
  await withSession(flags, async (session) => {
    const { engine, output } = session;
    await say(session);
    const { live } = await engine.requests.view(id);
    if (flags.detach === true || live) {
      const who = live
        ? "The process that runs it will continue."
        : "To continue it: toolwright request resume, or toolwright worker.";
      output.result({ requestId: id, recorded: true }, `Recorded. ${who}`);
      return;
    }
    report(engine.requests, await attemptOn(session, id), output);
  });
}

interface AnswerFlags extends ReplyFlags {
  readonly jsonAnswer?: boolean;
  readonly retry?: boolean;
  readonly skip?: string;
  readonly fail?: string;
}

function answerOf(
  words: readonly string[],
  { jsonAnswer, retry, skip, fail }: AnswerFlags,
): Verdict | { readonly answer: Json } {
  const text = words.length === 0 ? undefined : words.join(" ");
  const given = [text, retry, skip, fail].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new InputError(
      "USAGE",
      "Expected an answer as text, or one of --retry, --skip and --fail, got none or several.",
    );
  }
  if (retry === true) return { decision: "retry" };
  if (skip !== undefined) return { decision: "skip", result: parseJsonFlag("--skip", skip) };
  if (fail !== undefined) return { decision: "fail", reason: fail };
  return { answer: jsonAnswer === true ? parseJsonFlag("the answer", text ?? "") : (text ?? "") };
}
