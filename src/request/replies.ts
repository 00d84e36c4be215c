/** Replies of people and other systems to a request: answers, approvals, changes, callbacks. */
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { callbackSecret, callbackToken } from "../journal/callback-token.ts";
import { complete, kindOf, type ReplyOptions, reply, send } from "../journal/people.ts";
import { REVISE, type Revision } from "./revise.ts";

export interface Replies {
  answer(id: string, answer: Json, options?: ReplyOptions): Promise<void>;
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
      const payload = (name: string): Json => (name === "uncertain-step" ? answer : { answer });
      await reply(
        store,
        id,
        ["question", "uncertain-step"],
        (wait) => payload(kindOf(wait)),
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
          ...(edited === undefined ? {} : { arguments: edited }),
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

function hashOf(question: Json | undefined): string {
  return String((question as { readonly hash?: Json } | undefined)?.hash ?? "");
}
