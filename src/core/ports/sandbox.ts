/** What runs code that nobody has read. */
import type { Execution, ExecutionBatch, ExecutionJob, Language } from "../execution.ts";

/** What a sandbox can and cannot do, as data; `prompt` says it to a model. */
export interface SandboxCapabilities {
  readonly languages: readonly Language[];
  readonly network: boolean;
  readonly files: "none" | "scratch" | "mounted";
  readonly packages: readonly string[];
  readonly stateful: boolean;
  /** What it holds, and what it does not hold, on this machine. Sentences. */
  readonly holds: readonly string[];
  readonly doesNotHold: readonly string[];
  readonly prompt: string;
  /** Where languages meet different drivers: what is said to a model that writes in one of them. */
  readonly prompts?: Readonly<Partial<Record<Language, string>>>;
}

/**
 * Runs code that nobody has read.
 *
 * Contract, held by every driver and checked by test/contracts/sandbox.ts:
 * - `run` gives one Execution per input, in order, for anything the code does: throw, loop, exhaust
 *   memory, print, return junk. An execution that ends the program (timed-out, out-of-memory,
 *   crashed, refused) stands for the inputs after it too.
 * - It rejects only with SandboxUnavailableError, when the sandbox itself is lost, or with the
 *   signal's reason, when the caller cancels: neither is the candidate's doing.
 * - Nothing survives a run: the next one sees no global, timer, file or connection of this one.
 *   Within a run, inputs share the program's globals.
 * - Inputs are copied in and outputs copied out as JSON; no reference crosses the wall.
 * - Equal jobs give equal executions (`wallMs` aside) unless a limit ends them.
 * - After an abort the code is stopped within 100 ms.
 * - `runBatch` gives for every program what `run` would give, and may be faster.
 */
export interface Sandbox {
  readonly name: string;
  readonly capabilities: SandboxCapabilities;
  run(job: ExecutionJob, signal: AbortSignal): Promise<readonly Execution[]>;
  runBatch(batch: ExecutionBatch, signal: AbortSignal): Promise<readonly (readonly Execution[])[]>;
  close(): Promise<void>;
}
