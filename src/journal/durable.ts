/**
 * Runs requests: each call is one attempt. It claims the request and runs the workflow with the results
 * of earlier attempts. It ends when the request ends, or when everything left is waiting.
 */
import { CanceledError, EngineError, isOutage, ModelError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { RequestStatus } from "../core/request.ts";
import type { Amounts, Spending } from "../core/spending.ts";
import type { Steps } from "../core/steps.ts";
import { type Actor, type Attempt, type AttemptPorts, createAttempt } from "./attempt.ts";
import { durableSteps } from "./durable-steps.ts";
import { emptyJournal, readJournal, type Wait } from "./journal.ts";
import { endModelWaits, waitForModel } from "./outage.ts";
import { journaledSpending } from "./spending.ts";

/** The result of a workflow. */
export interface Finished {
  readonly status: "SUCCEEDED" | "FAILED";
  /** Cause of the change of status. */
  readonly cause: string;
  /** Final events, written before the status; recorded once. */
  readonly events?: readonly NewEvent[];
}

export type Workflow = (steps: Steps, spending: Spending) => Promise<Finished>;

export interface RunAttemptOptions {
  /** The caller cancels the request: it ends as CANCELED. */
  readonly cancel: AbortSignal;
  /** The caller stops working on it: the request is unchanged and any process can resume it. */
  readonly release?: AbortSignal;
  readonly limit?: Amounts;
  /** Default 15,000. */
  readonly leaseMs?: number;
  /** A waiting request is suspended after so long without running work. Default 20. */
  readonly idleMs?: number;
  /** A request waits so long for a model whose server is away. Default 0: it fails at once. */
  readonly modelWaitMs?: number;
}

export type AttemptEnd =
  | { readonly kind: "ended"; readonly status: RequestStatus; readonly cause: string }
  /** Nothing can be done before an answer arrives, a time is reached, or the model's server is back. */
  | {
      readonly kind: "waiting";
      readonly status: RequestStatus;
      readonly waits: readonly Wait[];
      readonly dueAt: string | undefined;
    }
  /** Another process is working on it. */
  | { readonly kind: "held" };

/** A canceled request's work gets so long to stop; afterwards the request ends without waiting. */
const CANCEL_GRACE_MS = 400;
const LOOK_MS = 100;
/** A process that must stop waits so long for running effects; process managers usually allow more. */
const EFFECT_GRACE_MS = 5_000;

/** Name of the signal that cancels a request. */
export const CANCEL = "cancel";

/** @throws the workflow's error, after it is recorded as FAILED; StoreError if the journal fails. */
export async function runAttempt(
  ports: AttemptPorts,
  requestId: string,
  workflow: Workflow,
  options: RunAttemptOptions,
): Promise<AttemptEnd> {
  const { leaseMs = 15_000, idleMs = 20 } = options;
  const { store } = ports;
  const claim = await store.claim(requestId, { leaseMs });
  if (claim === undefined) return { kind: "held" };

  const journal = await readJournal(store, requestId, emptyJournal());
  let idleTimer: NodeJS.Timeout | undefined;
  const suspended = Promise.withResolvers<AttemptEnd>();
  const attempt = createAttempt(ports, requestId, claim.epoch, journal, () => {
    clearTimeout(idleTimer);
    if (!attempt.over && attempt.scopes.isIdle())
      idleTimer = setTimeout(() => void suspendIfIdle(), idleMs);
  });
  suspended.promise.catch(() => undefined);
  const { controller } = attempt;
  const fail = (error: unknown): void => suspended.reject(error);

  async function suspendIfIdle(): Promise<void> {
    try {
      await attempt.look();
      if (attempt.over || controller.signal.aborted || !attempt.scopes.isIdle()) return;
      const end = await tryToSuspend(attempt);
      if (end !== undefined) suspended.resolve(end);
      else await attempt.look();
    } catch (error) {
      fail(error);
    }
  }

  const watch = async (): Promise<void> => {
    await attempt.look();
    const taken = [...journal.signals.values()].find(({ name }) => name === CANCEL);
    if (taken !== undefined) controller.abort(new CanceledError(reasonOf(taken.payload)));
  };
  const watchTimer = setInterval(() => void watch().catch(fail), LOOK_MS);
  const renewTimer = setInterval(
    () => void store.renew(requestId, claim.epoch, { leaseMs }).catch(fail),
    leaseMs / 3,
  );
  const onCancel = (): void => controller.abort(options.cancel.reason ?? new CanceledError());
  const onRelease = (): void => {
    attempt.leaving = true;
    const reason = new Released(requestId, options.release?.reason);
    // It would not be known whether an interrupted effect has happened.
    void settled(attempt.effects, EFFECT_GRACE_MS).then(() => controller.abort(reason));
  };
  options.cancel.addEventListener("abort", onCancel, { once: true });
  options.release?.addEventListener("abort", onRelease, { once: true });

  try {
    if (options.cancel.aborted) onCancel();
    if (options.release?.aborted === true) onRelease();
    if (isEnded(journal.status)) return await close(attempt, ports, journal.status, journal.cause);
    await watch();
    if (!controller.signal.aborted && journal.status === "NOT_STARTED") {
      await attempt.write(attempt.change("IN_PROGRESS", "submitted", "engine"));
    }
    if (!controller.signal.aborted) await endModelWaits(attempt);
    const steps = durableSteps(attempt);
    const spending = journaledSpending(attempt, options.limit ?? {});
    const work = (async () => {
      controller.signal.throwIfAborted();
      return await workflow(steps, spending);
    })();
    work.catch(() => undefined);
    const finished = await Promise.race([
      work,
      suspended.promise,
      stopped(controller.signal, work),
    ]);
    if ("kind" in finished) return finished;
    if (finished.events !== undefined) await attempt.write(finished.events, "last words");
    return await close(attempt, ports, finished.status, finished.cause);
  } catch (error) {
    return await endBy(error, attempt, ports, options);
  } finally {
    attempt.over = true;
    clearTimeout(idleTimer);
    clearInterval(watchTimer);
    clearInterval(renewTimer);
    options.cancel.removeEventListener("abort", onCancel);
    options.release?.removeEventListener("abort", onRelease);
    // Stops work that is still running for this attempt.
    controller.abort(new CanceledError("This attempt at the request is over."));
  }
}

/** The process must stop, but the request can be resumed. */
export class Released extends CanceledError {
  override readonly code = "STOPPED";

  /** @param cause Its facts, which name the signal, are copied. */
  constructor(requestId: string, cause: unknown) {
    super(
      `Request ${requestId} is stopped but unchanged. Resume it: toolwright request resume ${requestId}. Cancel it: toolwright request cancel ${requestId}.`,
      {
        facts: { ...(cause instanceof EngineError ? cause.facts : {}), request: requestId },
        retryable: true,
        cause,
      },
    );
  }
}

async function settled(work: ReadonlySet<Promise<unknown>>, atMostMs: number): Promise<void> {
  if (work.size === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, atMostMs);
  await Promise.race([promise, Promise.allSettled(work)]);
  clearTimeout(timer);
}

/** Rejects with the abort's reason after the work has stopped, or after the time for it is over. */
async function stopped(signal: AbortSignal, work: Promise<unknown>): Promise<never> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CANCEL_GRACE_MS);
  await Promise.race([promise, work.catch(() => undefined)]);
  clearTimeout(timer);
  throw signal.reason;
}

/** @returns undefined if there was a new signal: the attempt continues. */
async function tryToSuspend(attempt: Attempt): Promise<AttemptEnd | undefined> {
  const { journal, waiters, clock } = attempt;
  const times = [...waiters].flatMap(({ until }) => (until === undefined ? [] : [until]));
  const dueAt = times.length === 0 ? undefined : Math.min(...times);
  // So soon that suspending would take longer; the next check wakes it.
  if (dueAt !== undefined && dueAt - clock.now() < 2 * LOOK_MS) return undefined;
  const asks = [...waiters].some(({ name }) => name !== undefined);
  const events = asks ? attempt.change("WAITING_FEEDBACK", causeOf(attempt), "engine") : [];
  if (!(await attempt.suspend(dueAt, events))) return undefined;
  return {
    kind: "waiting",
    status: asks ? "WAITING_FEEDBACK" : journal.status,
    waits: [...journal.waits.values()],
    dueAt: dueAt === undefined ? undefined : new Date(dueAt).toISOString(),
  };
}

function causeOf({ waiters }: Attempt): string {
  const names = [...waiters].flatMap(({ name }) => (name === undefined ? [] : [name]));
  return `waits for ${names.join(", ")}`;
}

async function endBy(
  error: unknown,
  attempt: Attempt,
  { store }: AttemptPorts,
  { cancel, modelWaitMs = 0 }: RunAttemptOptions,
): Promise<AttemptEnd> {
  const { id, epoch, journal, controller } = attempt;
  let reason: unknown = controller.signal.aborted ? controller.signal.reason : error;
  if (reason instanceof Released) {
    const dueAt = new Date(attempt.clock.now()).toISOString();
    await store.suspend(id, epoch, { seen: Number.MAX_SAFE_INTEGER, dueAt });
    throw reason;
  }
  // Without the journal nothing can be recorded; the request stays and can be resumed.
  if (attempt.broken !== undefined) throw attempt.broken;
  const canceled = reason instanceof CanceledError || cancel.aborted;
  if (reason instanceof ModelError && isOutage(reason) && !canceled) {
    attempt.leaving = true;
    await settled(attempt.effects, EFFECT_GRACE_MS);
    const end = await waitForModel(attempt, reason, modelWaitMs);
    if ("wait" in end) {
      const waits = [...journal.waits.values(), end.wait];
      return { kind: "waiting", status: "WAITING_FEEDBACK", waits, dueAt: end.dueAt };
    }
    reason = end;
  }
  const ports = { store };
  if (canceled) {
    const said = reason instanceof Error ? reason.message : String(reason);
    return await close(attempt, ports, "CANCELED", said, "user");
  }
  const said = reason instanceof Error ? reason.message : String(reason);
  const cause = reason instanceof EngineError ? `${reason.code}: ${said}` : `UNEXPECTED: ${said}`;
  // The journal itself may have failed, so report the first error.
  await close(attempt, ports, "FAILED", cause).catch(() => journal);
  throw reason;
}

async function close(
  attempt: Attempt,
  { store }: Pick<AttemptPorts, "store">,
  status: RequestStatus,
  cause: string,
  actor: Actor = "engine",
): Promise<AttemptEnd> {
  const { id, epoch } = attempt;
  const change = attempt.change(status, cause, actor);
  if (change.length > 0) await attempt.write(change);
  await store.end(id, RUN_STATUS[status] ?? "failed", { epoch });
  return { kind: "ended", status, cause };
}

const RUN_STATUS: Readonly<Partial<Record<RequestStatus, "succeeded" | "failed" | "canceled">>> = {
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  CANCELED: "canceled",
};

function isEnded(status: RequestStatus): boolean {
  return RUN_STATUS[status] !== undefined;
}

function reasonOf(payload: Json): string {
  const reason = (payload as Readonly<Record<string, Json>> | null)?.reason;
  return typeof reason === "string" && reason !== "" ? reason : "canceled";
}
