/**
 * One program on one live guest: the job goes in, answers come out, and the wall clock, the caller's
 * signal and the guest's end decide what is missing. Shared by the container and process drivers.
 */
import { InputError, SandboxUnavailableError } from "../../src/core/errors.ts";
import type { Execution, ExecutionJob, Language } from "../../src/core/execution.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { SupervisorJob } from "../inside/supervise-common.ts";
import { Answer, executionOf } from "./answers.ts";

/** Why a guest ended without a last answer. */
export interface GuestEnd {
  readonly outOfMemory: boolean;
  /** True when no program could have done it: the sandbox itself failed. */
  readonly lost: boolean;
  readonly reason: string;
}

/** A supervisor and its program, started and waiting for a job. */
export interface LiveGuest {
  /** Resolves when a job can be sent. @throws SandboxUnavailableError when it never can. */
  readonly ready: Promise<{ readonly sealed: boolean }>;
  /** Resolves when everything in it is gone. */
  readonly ended: Promise<GuestEnd>;
  send(value: unknown): void;
  /** Frames as they arrive, after the ready one. One listener. */
  onFrame(listener: (frame: unknown) => void): void;
  /** Ends everything in it at once; a second call does nothing. */
  kill(): Promise<void>;
}

/** @throws InputError when a harness is asked for in a language that has none. */
export function checkHarness(
  job: Pick<ExecutionJob, "harness">,
  languages: readonly Language[],
): void {
  const other = languages.find((language) => language === "python" || language === "shell");
  if (job.harness === undefined || other === undefined) return;
  throw new InputError(
    "HARNESS_NEEDS_JAVASCRIPT",
    `A harness calls a candidate in JavaScript or TypeScript, and this program is in ${other}. Run it without a harness, one input a call, or write the candidate in JavaScript.`,
    { facts: { language: other } },
  );
}

/**
 * Gives one execution per input, in order.
 *
 * @throws SandboxUnavailableError when the guest never gets ready.
 * @throws the signal's reason, once the program is stopped.
 */
export async function runProgram(
  guest: LiveGuest,
  job: ExecutionJob,
  signal: AbortSignal,
): Promise<readonly Execution[]> {
  const { program, limits, inputs } = job;
  await aborted(guest.ready, signal);

  const executions: Execution[] = [];
  const last = await new Promise<Execution | GuestEnd | null | "abort">((resolve) => {
    const timer = setTimeout(
      () => resolve({ status: "timed-out", limitMs: limits.timeoutMs }),
      limits.timeoutMs,
    );
    const onAbort = (): void => resolve("abort");
    signal.addEventListener("abort", onAbort, { once: true });
    guest.onFrame((frame) => {
      const answer = Answer.safeParse(frame);
      if (!answer.success) return resolve({ status: "crashed", reason: "an answer that is none" });
      const execution = executionOf(answer.data, limits);
      if (execution === null) return answer.data.kind === "done" ? resolve(null) : undefined;
      const ends = ["refused", "out-of-memory", "crashed"].includes(execution.status);
      if (ends) return resolve(execution);
      if (executions.length < inputs.length) executions.push(execution);
      else resolve({ status: "crashed", reason: "the program gave more answers than inputs" });
    });
    guest.ended.then((end) => {
      if (end.outOfMemory) resolve({ status: "out-of-memory", limitMiB: limits.memoryMiB });
      else resolve(end.lost ? end : { status: "crashed", reason: end.reason });
    });
    guest.ended.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    });
    if (signal.aborted) return resolve("abort");
    const sent: SupervisorJob = {
      source: program.source,
      typed: program.language === "typescript",
      entry: program.entry,
      harness: job.harness?.source ?? null,
      inputs: textsOf(inputs),
      outputBytes: limits.outputBytes,
      memoryMiB: limits.memoryMiB,
      seed: job.seed,
      words: seededRandom(job.seed).state(),
    };
    guest.send(sent);
  });
  const stopped = guest.kill();
  if (last === "abort") {
    await stopped;
    throw signal.reason;
  }
  if (last !== null && "lost" in last) throw guestGone(last.reason);
  if (last?.status === "timed-out") await stopped;
  const fill = last ?? {
    status: "crashed" as const,
    reason: "the program ended before its last answer",
  };
  return inputs.map((_, index) => executions[index] ?? fill);
}

/** A batch passes the same inputs with every program: their texts are made once. */
const texts = new WeakMap<object, readonly string[]>();

function textsOf(inputs: ExecutionJob["inputs"]): readonly string[] {
  const known = texts.get(inputs);
  if (known !== undefined) return known;
  const made = inputs.map((input) => JSON.stringify(input));
  texts.set(inputs, made);
  return made;
}

/** The promise, or the signal's reason if that comes first. */
export function aborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function guestGone(reason: string): SandboxUnavailableError {
  return new SandboxUnavailableError(
    `The sandbox expected its supervisor to outlive the program, and it did not: ${reason}. Look at the engine or the machine, and run the program again.`,
    { retryable: true },
  );
}

export function guestLost(
  driver: string,
  reason: string,
  cause?: unknown,
): SandboxUnavailableError {
  return new SandboxUnavailableError(
    `The ${driver} sandbox expected its guest to get ready, and it did not: ${reason}.`,
    { retryable: true, ...(cause === undefined ? {} : { cause }) },
  );
}
