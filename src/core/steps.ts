/**
 * A request's memory: what was done once stays done, over any number of lives of the process.
 */
import type { NewEvent } from "./event.ts";
import type { Json } from "./json.ts";

export interface StepAttempt {
  /** Equal in every attempt of this step: hand it to whoever can refuse to do a thing twice. */
  readonly idempotencyKey: string;
  /** 1 at first; greater when an earlier life of the process died inside the body. */
  readonly attempt: number;
  /** Aborted when the request is canceled, or when another process has taken it over. */
  readonly signal: AbortSignal;
}

export interface StepOptions {
  /** What the step is done with, for the trace. */
  readonly input?: Json;
  /**
   * A process died inside the body and nobody knows whether its effect happened: do it again with
   * the same key, or ask a person. Default: retry.
   */
  readonly onUncertain?: "retry" | "ask";
  /** What a person gives in place of a result nobody saw. Default: it is the step's result as it stands. */
  readonly given?: GivenResult;
}

export interface GivenResult {
  /** More than 1: a person gives a list of so many. Default 1. */
  readonly parts?: number;
  /** What a person says is never taken for a record of the engine: this makes the record. */
  readonly record: (value: Json) => Json;
}

/** What a person decides about a step of which nobody knows whether its effect happened. */
export type Verdict =
  | { readonly decision: "retry" }
  | { readonly decision: "skip"; readonly result: Json }
  | { readonly decision: "fail"; readonly reason: string };

/** Something that was sent to a request from outside: an answer, an approval, a callback. */
export interface Signal {
  /** Chosen by the sender; the second one of an id is dropped. */
  readonly id: string;
  readonly name: string;
  readonly payload: Json;
  /** ISO 8601, UTC. */
  readonly time: string;
}

/**
 * Contract, checked by test/contracts/steps.ts:
 * - A step is known by its name and by how often that name was used before in the body around it,
 *   not by its place: code that changed can finish an old request.
 * - Bodies may hold steps and waits of their own; a body that was cut off is gone through again, and
 *   what is in it is told from the record.
 * - A body whose result was recorded is never run again; its result is what the record holds.
 * - A body that throws leaves no result: the failure is the caller's, and a later life tries again.
 * - Signals are kept from the moment they are sent, also before anybody waits for them; each is
 *   delivered to one wait.
 * - While a request waits or sleeps it holds no process: the promise of that life never settles.
 */
export interface Steps {
  /** Aborted when the request is canceled. */
  readonly signal: AbortSignal;
  step<T extends Json>(
    name: string,
    body: (attempt: StepAttempt) => Promise<T>,
    options?: StepOptions,
  ): Promise<T>;
  /**
   * The next signal of a name; undefined when the deadline (ISO 8601, UTC) passes first. With one
   * that is past it only looks, and what it saw is what every later life sees.
   */
  waitFor(
    name: string,
    options?: {
      /** What is being asked, for the person who is to answer. */
      readonly question?: Json;
      readonly deadline?: string;
    },
  ): Promise<Signal | undefined>;
  /** Returns at once for a time that is past. */
  sleepUntil(name: string, time: string): Promise<void>;
  /** Events beside the steps; on disk when it resolves; not repeated by a later life. */
  trace(name: string, events: readonly NewEvent[]): Promise<void>;
}

/** A step whose result is data by its content, whatever its type says. */
export async function recorded<T extends object>(
  steps: Pick<Steps, "step">,
  name: string,
  body: () => Promise<T>,
  options?: StepOptions,
): Promise<T> {
  return (await steps.step(name, async () => (await body()) as Json, options)) as T;
}
