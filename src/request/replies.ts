/** Replies of people and other systems to a request: answers, approvals, changes, callbacks. */
import { InputError } from "../core/errors.ts";
import { type Json, stored } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import type { Verdict } from "../core/steps.ts";
import { callbackSecret, callbackToken } from "../journal/callback-token.ts";
import { complete, type ReplyOptions, reply, send } from "../journal/people.ts";
import { CaseQuestion, casesAnswered } from "../work/case-question.ts";
import { REVISE, type Revision } from "./revise.ts";

export interface Replies {
  /**
   * Answers a question of a plan, or about cases: see `casesAnswered`.
   *
   * @throws InputError BAD_ANSWER, SECRET_ARGUMENTS
   */
  answer(id: string, answer: Json, options?: ReplyOptions): Promise<void>;
  /**
   * Decides about an interrupted step.
   *
   * @throws InputError RESULT_COUNT
   */
  decide(id: string, verdict: Verdict, options?: ReplyOptions): Promise<void>;
  /** @param edited Replaces the arguments that were asked about. */
  approve(id: string, edited: Json | undefined, options?: ReplyOptions): Promise<void>;
  reject(id: string, reason: string, options?: ReplyOptions): Promise<void>;
  revise(id: string, change: Revision): Promise<void>;
  /** @throws InputError FORGED_TOKEN, CALLBACK_CLOSED */
  callback(
    token: string,
    result: Json,
  ): Promise<{ readonly requestId: string; readonly outcome: "accepted" | "duplicate" }>;
  /** The token of a wait for another system. */
  tokenOf(id: string, waitKey: string): string;
}

/** @param store Must redact secrets, because replies are written to the trace. */
export function createReplies(store: EventStore, home: string): Replies {
  const secret = (): Buffer => callbackSecret(home);
  return {
    async answer(id, answer, options) {
      await reply(
        store,
        id,
        ["question"],
        ({ question }) => {
          const cases = CaseQuestion.safeParse(question);
          return { answer: cases.success ? stored(casesAnswered(cases.data, answer)) : answer };
        },
        options,
      );
    },
    async decide(id, verdict, options) {
      await reply(
        store,
        id,
        ["uncertain-step"],
        ({ question }) => {
          checkParts(verdict, question);
          return { ...verdict };
        },
        options,
      );
    },
    async approve(id, edited, options) {
      await reply(
        store,
        id,
        ["approval"],
        (wait) => ({
          decision: "approve",
          hash: hashOf(wait.question),
          ...present({ arguments: edited }),
        }),
        options,
      );
    },
    async reject(id, reason, options) {
      await reply(
        store,
        id,
        ["approval"],
        (wait) => ({ decision: "reject", hash: hashOf(wait.question), reason }),
        options,
      );
    },
    async revise(id, change) {
      await send(store, id, REVISE, change as Json);
    },
    async callback(token, result) {
      const { target, outcome } = await complete(store, secret(), token, result);
      return { requestId: target.request, outcome };
    },
    tokenOf: (id, waitKey) => callbackToken(secret(), { request: id, wait: waitKey }),
  };
}

/** @throws InputError RESULT_COUNT */
function checkParts(verdict: Verdict, question: Json | undefined): void {
  const { parts } = (question ?? {}) as { readonly parts?: Json };
  if (verdict.decision !== "skip" || typeof parts !== "number") return;
  const { result } = verdict;
  if (Array.isArray(result) && result.length === parts) return;
  throw new InputError(
    "RESULT_COUNT",
    `The step stands for ${parts} calls: expected a list of ${parts} results in the same order, got ${JSON.stringify(result).slice(0, 80)}. Nothing was changed.`,
  );
}

function hashOf(question: Json | undefined): string {
  return String((question as { readonly hash?: Json } | undefined)?.hash ?? "");
}
