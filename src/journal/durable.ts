/**
 * Runs requests: each call is one attempt. It claims the request and runs the workflow with the results
 * of earlier attempts. It ends when the request ends, or when everything left is waiting.
 */
import { CanceledError, EngineError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { RequestStatus } from "../core/request.ts";
import type { Amounts, Spending } from "../core/spending.ts";
import type { Steps } from "../core/steps.ts";
import { durableSteps } from "./durable-steps.ts";
import { emptyJournal, readJournal, type Wait } from "./journal.ts";
import { type Actor, createLife, type Life, type LifePorts } from "./life.ts";
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

export interface LifeOptions {
  /** The caller cancels the request: it ends as CANCELED. */
  readonly cancel: AbortSignal;
  /** The caller stops working on it: the request is unchanged and any process can resume it. */
  readonly release?: AbortSignal;
  readonly limit?: Amounts;
  /** Default 15,000. */
  readonly leaseMs?: number;
  /** A waiting request is suspended after so long without running work. Default 20. */
  readonly idleMs?: number;
}

export type LifeEnd =
  | { readonly kind: "ended"; readonly status: RequestStatus; readonly cause: string }
  /** Nothing can be done before an answer arrives or a time is reached. */
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

/** Name of the signal that cancels a request. */
export const CANCEL = "cancel";

/** @throws the workflow's error, after it is recorded as FAILED; StoreError if the journal fails. */
export async function liveOn(
  ports: LifePorts,
  requestId: string,
  workflow: Workflow,
  options: LifeOptions,
): Promise<LifeEnd> {
  const { leaseMs = 15_000, idleMs = 20 } = options;
  const { store } = ports;
  const claim = await store.claim(requestId, { leaseMs });
  if (claim === undefined) return { kind: "held" };

  const journal = await readJournal(store, requestId, emptyJournal());
  let quiet: NodeJS.Timeout | undefined;
  const suspended = Promise.withResolvers<LifeEnd>();
  const life = createLife(ports, requestId, claim.epoch, journal, () => {
    clearTimeout(quiet);
    if (!life.over && life.scopes.isIdle()) quiet = setTimeout(() => void giveBack(), idleMs);
  });
  suspended.promise.catch(() => undefined);
  const { controller } = life;
  const fail = (error: unknown): void => suspended.reject(error);

  async function giveBack(): Promise<void> {
    try {
      await life.look();
      if (life.over || controller.signal.aborted || !life.scopes.isIdle()) return;
      const end = await tryToSuspend(life);
      if (end !== undefined) suspended.resolve(end);
      else await life.look();
    } catch (error) {
      fail(error);
    }
  }

  const watch = async (): Promise<void> => {
    await life.look();
    const taken = [...journal.signals.values()].find(({ name }) => name === CANCEL);
    if (taken !== undefined) controller.abort(new CanceledError(reasonOf(taken.payload)));
  };
  const looking = setInterval(() => void watch().catch(fail), LOOK_MS);
  const beating = setInterval(
    () => void store.renew(requestId, claim.epoch, { leaseMs }).catch(fail),
    leaseMs / 3,
  );
  const onCancel = (): void => controller.abort(options.cancel.reason ?? new CanceledError());
  const onRelease = (): void => controller.abort(new Released());
  options.cancel.addEventListener("abort", onCancel, { once: true });
  options.release?.addEventListener("abort", onRelease, { once: true });

  try {
    if (options.cancel.aborted) onCancel();
    if (options.release?.aborted === true) onRelease();
    if (isEnded(journal.status)) return await close(life, ports, journal.status, journal.cause);
    await watch();
    if (!controller.signal.aborted && journal.status === "NOT_STARTED") {
      await life.write(life.change("IN_PROGRESS", "submitted", "engine"));
    }
    const steps = durableSteps(life);
    const spending = journaledSpending(life, options.limit ?? {});
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
    if (finished.events !== undefined) await life.write(finished.events, "last words");
    return await close(life, ports, finished.status, finished.cause);
  } catch (error) {
    return await endBy(error, life, ports, options.cancel);
  } finally {
    life.over = true;
    clearTimeout(quiet);
    clearInterval(looking);
    clearInterval(beating);
    options.cancel.removeEventListener("abort", onCancel);
    options.release?.removeEventListener("abort", onRelease);
    // Stops work that is still running for this attempt.
    controller.abort(new CanceledError("This attempt at the request is over."));
  }
}

class Released extends CanceledError {
  constructor() {
    super("Stopped. The request is unchanged. To resume it: toolwright request resume.");
  }
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
async function tryToSuspend(life: Life): Promise<LifeEnd | undefined> {
  const { journal, waiters, clock } = life;
  const times = [...waiters].flatMap(({ until }) => (until === undefined ? [] : [until]));
  const dueAt = times.length === 0 ? undefined : Math.min(...times);
  // So soon that suspending would take longer; the next check wakes it.
  if (dueAt !== undefined && dueAt - clock.now() < 2 * LOOK_MS) return undefined;
  const asks = [...waiters].some(({ name }) => name !== undefined);
  const events = asks ? life.change("WAITING_FEEDBACK", causeOf(life), "engine") : [];
  if (!(await life.suspend(dueAt, events))) return undefined;
  return {
    kind: "waiting",
    status: asks ? "WAITING_FEEDBACK" : journal.status,
    waits: [...journal.waits.values()],
    dueAt: dueAt === undefined ? undefined : new Date(dueAt).toISOString(),
  };
}

function causeOf({ waiters }: Life): string {
  const names = [...waiters].flatMap(({ name }) => (name === undefined ? [] : [name]));
  return `waits for ${names.join(", ")}`;
}

async function endBy(
  error: unknown,
  life: Life,
  { store }: LifePorts,
  cancel: AbortSignal,
): Promise<LifeEnd> {
  const { id, epoch, journal, controller } = life;
  const reason: unknown = controller.signal.aborted ? controller.signal.reason : error;
  if (reason instanceof Released) {
    const dueAt = new Date(life.clock.now()).toISOString();
    await store.suspend(id, epoch, { seen: Number.MAX_SAFE_INTEGER, dueAt });
    throw reason;
  }
  // Without the journal nothing can be recorded; the request stays and can be resumed.
  if (life.broken !== undefined) throw life.broken;
  const canceled = reason instanceof CanceledError || cancel.aborted;
  const ports = { store };
  if (canceled) {
    const said = reason instanceof Error ? reason.message : String(reason);
    return await close(life, ports, "CANCELED", said, "user");
  }
  const said = reason instanceof Error ? reason.message : String(reason);
  const cause = reason instanceof EngineError ? `${reason.code}: ${said}` : said;
  // The journal itself may have failed, so report the first error.
  await close(life, ports, "FAILED", cause).catch(() => journal);
  throw reason;
}

async function close(
  life: Life,
  { store }: Pick<LifePorts, "store">,
  status: RequestStatus,
  cause: string,
  actor: Actor = "engine",
): Promise<LifeEnd> {
  const { id, epoch } = life;
  const change = life.change(status, cause, actor);
  if (change.length > 0) await life.write(change);
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
