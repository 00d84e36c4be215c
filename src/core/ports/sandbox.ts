/** The contract of sandboxes, which run untrusted code. */
import type { Execution, ExecutionBatch, ExecutionJob, Language } from "../execution.ts";

/** What a sandbox can and cannot do, as data; `prompt` is the same as a text for a model. */
export interface SandboxCapabilities {
  readonly languages: readonly Language[];
  readonly network: boolean;
  readonly files: "none" | "scratch" | "mounted";
  readonly packages: readonly string[];
  readonly stateful: boolean;
  /** What it guarantees, and what it does not guarantee, on this machine. Sentences. */
  readonly holds: readonly string[];
  readonly doesNotHold: readonly string[];
  readonly prompt: string;
  /** If languages have different drivers: the prompt for each language. */
  readonly prompts?: Readonly<Partial<Record<Language, string>>>;
}

/**
 * Runs untrusted code.
 *
 * Contract, implemented by every driver and checked by test/contracts/sandbox.ts:
 * - `run` gives one Execution per input, in order, whatever the code does: throw, loop, exhaust
 *   memory, print, return garbage. An execution that ends the program (timed-out, out-of-memory,
 *   crashed, refused) is also the result for the inputs after it.
 * - It rejects only with SandboxUnavailableError, when the sandbox itself fails, or with the
 *   signal's reason, when the caller cancels: the candidate causes neither.
 * - Nothing survives a run: the next run sees no global, timer, file or connection of this one.
 *   Within a run, inputs share the program's globals.
 * - Inputs are copied in and outputs copied out as JSON; no reference crosses the boundary.
 * - Equal jobs give equal executions (except `wallMs`) unless a limit ends them.
 * - After an abort the code stops within 100 ms.
 * - `runBatch` gives for every program the same result as `run`, and may be faster.
 */
export interface Sandbox {
  readonly name: string;
  readonly capabilities: SandboxCapabilities;
  run(job: ExecutionJob, signal: AbortSignal): Promise<readonly Execution[]>;
  runBatch(batch: ExecutionBatch, signal: AbortSignal): Promise<readonly (readonly Execution[])[]>;
  close(): Promise<void>;
}
