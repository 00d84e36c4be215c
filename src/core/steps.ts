/**
 * Durable steps of a request: a completed step stays completed after any number of process restarts.
 */
import type { NewEvent } from "./event.ts";
import type { Json } from "./json.ts";

export interface StepAttempt {
  /** Equal in every attempt of this step: pass it to services that deduplicate calls. */
  readonly idempotencyKey: string;
  /** From 1; greater when an earlier process died inside the body. */
  readonly attempt: number;
  /** Aborted when the request is canceled or when another process took it over. */
  readonly signal: AbortSignal;
}

export interface StepOptions {
  /** The step's input, for the trace. */
  readonly input?: Json;
  /**
   * What to do when a process died inside the body and it is unknown whether the effect happened:
   * retry with the same key, or ask a person. Default: retry.
   */
  readonly onUncertain?: "retry" | "ask";
  /** How a person's result replaces an unknown one. Default: it is the step's result without changes. */
  readonly given?: GivenResult;
}

export interface GivenResult {
  /** If more than 1, a person gives a list of this number of results. Default 1. */
  readonly parts?: number;
  /** Makes the engine's record from a person's result, which is never used as a record itself. */
  readonly record: (value: Json) => Json;
}

/** A person's decision about a step whose effect is uncertain. */
export type Verdict =
  | { readonly decision: "retry" }
  | { readonly decision: "skip"; readonly result: Json }
  | { readonly decision: "fail"; readonly reason: string };

/** A message to a request from outside: an answer, an approval, a callback. */
export interface Signal {
  /** Chosen by the sender; a second signal with the same id is dropped. */
  readonly id: string;
  readonly name: string;
  readonly payload: Json;
  /** ISO 8601, UTC. */
  readonly time: string;
}

/**
 * Contract, checked by test/contracts/steps.ts:
 * - A step is identified by its name and by how often that name was used before in the enclosing body,
 *   not by its position: changed code can finish an old request.
 * - A body may contain further steps and waits. An interrupted body runs again, and the steps inside
 *   it that were completed return their recorded results.
 * - A body whose result was recorded never runs again; the recorded result is returned.
 * - A body that throws records no result: the caller gets the error, and a later attempt runs it again.
 * - A signal is stored when it is sent, also before anything waits for it. Each signal is delivered to
 *   one wait.
 * - A waiting or sleeping request holds no process: the promise in the old process never settles.
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
   * The next signal of a name; undefined when the deadline (ISO 8601, UTC) passes first. With a past
   * deadline it returns at once, and every later attempt gets the same result.
   */
  waitFor(
    name: string,
    options?: {
      /** The question, for the person who answers. */
      readonly question?: Json;
      readonly deadline?: string;
    },
  ): Promise<Signal | undefined>;
  /** Returns at once if the time is past. */
  sleepUntil(name: string, time: string): Promise<void>;
  /** Appends events outside of steps; on disk when it resolves; a later attempt does not repeat them. */
  trace(name: string, events: readonly NewEvent[]): Promise<void>;
}

/** A step whose result is JSON although its type is not assignable to Json. */
export async function recorded<T extends object>(
  steps: Pick<Steps, "step">,
  name: string,
  body: () => Promise<T>,
  options?: StepOptions,
): Promise<T> {
  return (await steps.step(name, async () => (await body()) as Json, options)) as T;
}
