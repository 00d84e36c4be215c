/**
 * Messages of people and outside systems to a request: answers, approvals, changes, callbacks,
 * cancellation. Each is a signal. A message that fits no wait is refused, and the error lists what fits.
 */
import { randomUUID } from "node:crypto";
import { CanceledError, InputError, StoreError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { addressOf } from "./attempt.ts";
import { type CallbackTarget, readCallbackToken } from "./callback-token.ts";
import { CANCEL } from "./durable.ts";
import { readJournal, type Wait } from "./journal.ts";
import { sendSignal } from "./send.ts";

export type QuestionKind = "approval" | "callback" | "model" | "uncertain-step" | "question";

const KIND_WORDS: Readonly<Record<QuestionKind, string>> = {
  approval: "approval",
  callback: "callback",
  model: "wait for the model, which ends by itself",
  question: "question to be answered in words",
  "uncertain-step": "interrupted step, to be decided with --retry, --skip or --fail",
};

/** The kind of reply that a wait accepts. A wait of an unknown kind is a question. */
export function kindOf({ question, name }: Wait): QuestionKind {
  const kind = (question as { readonly kind?: unknown } | undefined)?.kind;
  if (kind === "approval" || kind === "callback" || kind === "model" || kind === "uncertain-step") {
    return kind;
  }
  return name.startsWith("approval:") ? "approval" : "question";
}

export interface ReplyOptions {
  /** Selects one of several questions: its key, or a part that no other key has. */
  readonly question?: string;
  /** A second reply with the same id changes nothing. Default: a new id for each reply. */
  readonly id?: string;
}

/**
 * Sends a reply to the only open question of these kinds.
 *
 * @returns The wait that gets the reply.
 * @throws InputError NO_QUESTION, SEVERAL_QUESTIONS, REQUEST_ENDED
 */
export async function reply(
  store: EventStore,
  requestId: string,
  kinds: readonly QuestionKind[],
  payload: (wait: Wait) => Json,
  { question, id }: ReplyOptions = {},
): Promise<Wait> {
  const journal = await readJournal(store, requestId);
  const taken = new Set([...journal.signals.values()].map(({ name }) => name));
  const open = [...journal.waits.values()].filter(
    (wait) => kinds.includes(kindOf(wait)) && !taken.has(addressOf(wait.key)),
  );
  const matching =
    question === undefined
      ? open
      : open.filter(({ key, name }) => key.includes(question) || name.includes(question));
  const [wait] = matching;
  if (wait === undefined) {
    const kindsOpen = new Set([...journal.waits.values()].map((each) => KIND_WORDS[kindOf(each)]));
    const others = kindsOpen.size === 0 ? "" : ` It has an open ${[...kindsOpen].join(" and ")}.`;
    throw new InputError(
      "NO_QUESTION",
      `Request ${requestId} (${journal.status}) has no open ${kinds.map((kind) => KIND_WORDS[kind]).join(" or ")}${question === undefined ? "" : ` matching "${question}"`}.${others} See what it waits for: toolwright request show ${requestId}.`,
    );
  }
  if (matching.length > 1) {
    const keys = matching.map(({ key }) => key).join(", ");
    throw new InputError(
      "SEVERAL_QUESTIONS",
      `Request ${requestId} has several open questions: ${keys}. Name one with --question.`,
    );
  }
  // The prefix keeps it different from the engine's own ids for cancel and callback.
  const signalId = id === undefined ? randomUUID() : `reply ${id}`;
  await send(store, requestId, addressOf(wait.key), payload(wait), signalId);
  return wait;
}

/** Sends a signal by name; a present or later wait for it gets it. @throws InputError REQUEST_ENDED */
export async function send(
  store: EventStore,
  requestId: string,
  name: string,
  payload: Json,
  id: string = randomUUID(),
): Promise<"accepted" | "duplicate"> {
  try {
    return await sendSignal(store, requestId, { id, name, payload });
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "RUN_ENDED") throw error;
    throw new InputError(
      "REQUEST_ENDED",
      `Request ${requestId} has ended (${String(error.facts.status)}): nothing was changed. Submit a new request.`,
      { facts: error.facts, cause: error },
    );
  }
}

/**
 * Completes the wait of a token. The first result counts; the same token again is a duplicate, even
 * with another result.
 *
 * @throws InputError FORGED_TOKEN, CALLBACK_CLOSED (the request has ended, or no longer waits for it)
 */
export async function complete(
  store: EventStore,
  secret: Buffer,
  token: string,
  result: Json,
): Promise<{ readonly target: CallbackTarget; readonly outcome: "accepted" | "duplicate" }> {
  const target = readCallbackToken(secret, token);
  const { request, wait } = target;
  const journal = await readJournal(store, request);
  const id = `callback ${wait}`;
  if (journal.signals.has(id)) return { target, outcome: "duplicate" };
  if (journal.waited.has(wait)) throw closed(request);
  try {
    const outcome = await send(store, request, addressOf(wait), { result }, id);
    return { target, outcome };
  } catch (error) {
    if (error instanceof InputError && error.code === "REQUEST_ENDED") throw closed(request, error);
    throw error;
  }
}

function closed(request: string, cause?: unknown): InputError {
  return new InputError(
    "CALLBACK_CLOSED",
    `Request ${request} no longer waits for this result: the request has ended, or the deadline has passed. Nothing was changed.`,
    { facts: { request }, cause },
  );
}

/** Maximum time until a process that works on the request has seen the signal. */
const SEEN_MS = 5_000;

/**
 * Cancels a request and its sub-requests. A process that works on it stops within half a second;
 * if there is none, `end` ends it here.
 *
 * @param end Runs an attempt: because of the signal, it does no work and ends the request.
 */
export async function cancel(
  store: EventStore,
  requestId: string,
  reason: string,
  end: (requestId: string) => Promise<void>,
): Promise<void> {
  await send(store, requestId, CANCEL, { reason }, CANCEL);
  const ended = async () => (await store.run(requestId)).endedAt !== undefined;
  for (const start = Date.now(); !(await ended()) && Date.now() - start < SEEN_MS; ) {
    await end(requestId).catch((error: unknown) => {
      if (!(error instanceof CanceledError)) throw error;
    });
    if (!(await ended())) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const child of await store.runs()) {
    if (child.parent !== requestId || child.kind !== "request" || child.endedAt !== undefined) {
      continue;
    }
    await cancel(store, child.id, reason, end);
  }
}
