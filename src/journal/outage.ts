/**
 * A request whose model server is away does not fail: it waits and tries again, later each time, up to
 * a limit. The wait is in the journal like every other, so any process can make the next try.
 */
import { ModelError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import { present } from "../core/present.ts";
import type { Attempt } from "./attempt.ts";
import { type ModelWait, modelWait, type Wait } from "./journal.ts";

/** Name of the wait. */
const THE_MODEL = "the model";

/** The driver has made its own short retries before: a server that only restarts is met soon. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;

/** Ends the waits for the model that an earlier attempt has left: this attempt is the next try. */
export async function endModelWaits(attempt: Attempt): Promise<void> {
  const keys = [...attempt.journal.waits.values()].flatMap((wait) =>
    modelWait(wait) === undefined ? [] : [wait.key],
  );
  if (keys.length === 0) return;
  await attempt.write([
    ...attempt.change("IN_PROGRESS", "tries the model again", "engine"),
    ...keys.map((key): NewEvent => ({ type: "wait-done", data: { key, signal: null } })),
  ]);
}

/**
 * Suspends a request until the next try.
 *
 * @param limitMs From the first failed try to the last one; 0: no wait.
 * @returns The error that ends the request if the time for waiting is over, or if the server asks for
 *   more time than is left.
 */
export async function waitForModel(
  attempt: Attempt,
  error: ModelError,
  limitMs: number,
): Promise<{ readonly wait: Wait; readonly dueAt: string } | ModelError> {
  if (limitMs === 0) return error;
  const { epoch, journal, clock } = attempt;
  const now = clock.now();
  const since = journal.outage?.since ?? new Date(now).toISOString();
  const tries = (journal.outage?.tries ?? 0) + 1;
  const { retryAfterMs } = error.facts;
  const asked = typeof retryAfterMs === "number" ? retryAfterMs : 0;
  const end = Date.parse(since) + limitMs;
  if (now >= end || now + asked > end) return givenUp(error, limitMs, since, tries);

  const backOffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
  // The last try is made when the time ends.
  const dueAt = Math.min(now + Math.max(asked, backOffMs), end);
  const { code, message } = error;
  const question: ModelWait = {
    kind: "model",
    text: `The model does not answer. ${code}: ${message}`,
    code,
    since,
    tries,
  };
  const deadline = new Date(dueAt).toISOString();
  // The epoch differs in every attempt.
  const wait: Wait = { key: `model#${epoch}`, name: THE_MODEL, question, deadline };
  const events: readonly NewEvent[] = [
    ...attempt.change("WAITING_FEEDBACK", `waits for ${THE_MODEL}: ${code}`, "engine"),
    { type: "wait-started", data: { ...wait, question } },
  ];
  // The workflow has ended: a signal that comes now is for the next attempt, which is then due at once.
  attempt.waiters.clear();
  for (let at = dueAt; !(await attempt.suspend(at, events)); at = clock.now()) await attempt.look();
  return { wait, dueAt: deadline };
}

function givenUp(
  { code, message, facts, cause }: ModelError,
  limitMs: number,
  since: string,
  tries: number,
): ModelError {
  const tried = tries === 1 ? "once" : `${tries} times`;
  return new ModelError(
    code,
    `${message} The request has tried the model ${tried} since ${since} and waits at most ${limitMs / 1_000} s. Start the server, then submit the request again, or raise model.waitSeconds.`,
    { facts: { ...facts, tries, since }, retryable: true, ...present({ cause }) },
  );
}
