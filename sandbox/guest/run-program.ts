/**
 * Runs one program on one live guest: sends the job and collects the answers. Missing answers are
 * filled in from the cause: the wall clock, the caller's signal or the end of the guest. Shared by
 * the container and process drivers.
 */
import { InputError, SandboxUnavailableError } from "../../src/core/errors.ts";
import type { Execution, ExecutionJob, Language } from "../../src/core/execution.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { SupervisorJob } from "../inside/supervise-common.ts";
import { Answer, executionOf } from "./answers.ts";

/** Why a guest ended without a final answer. */
export interface GuestEnd {
  readonly outOfMemory: boolean;
  /** True if a program cannot have caused it: the sandbox itself failed. */
  readonly lost: boolean;
  readonly reason: string;
}

/** A supervisor and its program, started and waiting for a job. */
export interface LiveGuest {
  /** Resolves when a job can be sent. @throws SandboxUnavailableError if the start fails. */
  readonly ready: Promise<{ readonly sealed: boolean }>;
  /** Resolves when all its processes have ended. */
  readonly ended: Promise<GuestEnd>;
  send(value: unknown): void;
  /** Frames as they arrive, after the ready one. One listener. */
  onFrame(listener: (frame: unknown) => void): void;
  /** Kills all its processes; a second call does nothing. */
  kill(): Promise<void>;
}

/** @throws InputError if the job has a harness and a program's language does not support one. */
export function checkHarness(
  job: Pick<ExecutionJob, "harness">,
  languages: readonly Language[],
): void {
  const other = languages.find((language) => language === "python" || language === "shell");
  if (job.harness === undefined || other === undefined) return;
  throw new InputError(
    "HARNESS_NEEDS_JAVASCRIPT",
    `A harness needs a candidate in JavaScript or TypeScript, but this program is in ${other}. Run it without a harness, with one call per input, or write the candidate in JavaScript.`,
    { facts: { language: other } },
  );
}

/**
 * Returns one execution per input, in order.
 *
 * @throws SandboxUnavailableError if the guest does not get ready.
 * @throws the signal's reason, after the program is stopped.
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
      if (!answer.success)
        return resolve({ status: "crashed", reason: "the program sent an invalid answer" });
      const execution = executionOf(answer.data, limits);
      if (execution === null) return answer.data.kind === "done" ? resolve(null) : undefined;
      const ends = ["refused", "out-of-memory", "crashed"].includes(execution.status);
      if (ends) return resolve(execution);
      if (executions.length < inputs.length) executions.push(execution);
      else resolve({ status: "crashed", reason: "the program sent more answers than inputs" });
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
  if (last !== null && "lost" in last) throw supervisorLost(last.reason);
  if (last?.status === "timed-out") await stopped;
  const fill = last ?? {
    status: "crashed" as const,
    reason: "the program ended before its final answer",
  };
  return inputs.map((_, index) => executions[index] ?? fill);
}

/** A batch passes the same inputs with every program: they are serialised only once. */
const texts = new WeakMap<object, readonly string[]>();

function textsOf(inputs: ExecutionJob["inputs"]): readonly string[] {
  const known = texts.get(inputs);
  if (known !== undefined) return known;
  const made = inputs.map((input) => JSON.stringify(input));
  texts.set(inputs, made);
  return made;
}

/** Like the promise, but rejects with the signal's reason if the signal aborts first. */
export function aborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function supervisorLost(reason: string): SandboxUnavailableError {
  return new SandboxUnavailableError(
    `The sandbox expected its supervisor to run longer than the program, but it ended: ${reason}. Check the container engine or the machine, and run the program again.`,
    { retryable: true },
  );
}

export function guestLost(
  driver: string,
  reason: string,
  cause?: unknown,
): SandboxUnavailableError {
  return new SandboxUnavailableError(
    `The ${driver} sandbox expected its guest to get ready, but it did not: ${reason}.`,
    { retryable: true, ...(cause === undefined ? {} : { cause }) },
  );
}
