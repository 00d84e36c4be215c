/**
 * The process driver: every program in processes of its own, behind the strongest confinement that
 * this host offers. Weaker than a container, and never taken unless it is asked for in these words.
 */
import { availableParallelism } from "node:os";
import { ConfigError, SandboxUnavailableError } from "../../src/core/errors.ts";
import type { Execution, ExecutionJob, Language } from "../../src/core/execution.ts";
import { limiter } from "../../src/core/limiter.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { type Runtime, runtimeOf } from "../guest/commands.ts";
import { guestPool } from "../guest/pool.ts";
import { checkHarness, runProgram } from "../guest/run-program.ts";
import { findConfinement } from "../walls/process.ts";
import { processCapabilities } from "./capabilities.ts";
import { startProcess } from "./guest.ts";
import { observeConfinement } from "./observe.ts";

export interface ProcessOptions {
  /** Says that a wall weaker than a container's is acceptable here. There is no default. */
  readonly accept: "weaker-isolation";
  /** Programs at the same time; default one per core. */
  readonly concurrency?: number;
  /** Programs' processes started ahead for each recent kind; default one. */
  readonly warm?: number;
  readonly scratchMiB?: number;
}

/**
 * Finds out what this host can hold, by trying it.
 *
 * @throws ConfigError WEAKER_ISOLATION_NOT_ACCEPTED without the words.
 * @throws SandboxUnavailableError where no program can be started at all.
 */
export async function processSandbox(
  options: ProcessOptions | Omit<ProcessOptions, "accept">,
): Promise<Sandbox> {
  const { concurrency = availableParallelism(), warm = 1, scratchMiB = 16 } = options;
  if (!("accept" in options) || options.accept !== "weaker-isolation") {
    throw new ConfigError(
      "WEAKER_ISOLATION_NOT_ACCEPTED",
      'The process sandbox expects accept: "weaker-isolation", and it was not given: a process is a weaker wall than a container. Say so to use it, or choose the isolate or container driver.',
    );
  }
  const confinement = findConfinement();
  const languages: Language[] = ["javascript", "typescript"];
  if (confinement.interpreters.python !== undefined) languages.push("python");
  if (confinement.interpreters.shell !== undefined) languages.push("shell");

  const pool = guestPool(warm, (key) => {
    const [runtime, memory, cpu] = key.split(" ") as [Runtime, string, string];
    return startProcess(confinement, {
      runtime,
      memoryMiB: Number(memory),
      cpuSeconds: Number(cpu),
      scratchMiB,
    });
  });
  const limit = limiter(concurrency);
  const closing = new AbortController();
  const probe = pool.take("node 64 10");
  try {
    await probe.ready;
    await probe.kill();
  } catch (error) {
    await pool.close();
    throw error;
  }

  const run = async (job: ExecutionJob, signal: AbortSignal): Promise<readonly Execution[]> => {
    const { language } = job.program;
    if (!languages.includes(language)) {
      throw new SandboxUnavailableError(
        `The process sandbox runs ${languages.join(", ")} on this machine, and the program is in ${language}. Install its interpreter, or use another driver.`,
        { facts: { language } },
      );
    }
    checkHarness(job, [language]);
    signal.throwIfAborted();
    if (closing.signal.aborted) throw closing.signal.reason;
    if (job.inputs.length === 0) return [];
    const either = AbortSignal.any([signal, closing.signal]);
    return limit(async () => {
      either.throwIfAborted();
      // Two spare seconds of processor time: the wall clock decides, this is behind it.
      const cpuSeconds = Math.ceil(job.limits.timeoutMs / 1_000) * 2 + 2;
      const guest = pool.take(`${runtimeOf(language)} ${job.limits.memoryMiB} ${cpuSeconds}`);
      try {
        return await runProgram(guest, job, either);
      } finally {
        // Nothing of one program is left when the next may begin.
        await guest.kill();
      }
    }, either);
  };

  return {
    name: "process",
    capabilities: processCapabilities(
      languages,
      confinement,
      observeConfinement(confinement),
      scratchMiB,
    ),
    run,
    runBatch: async ({ programs, ...job }, signal) => {
      checkHarness(
        job,
        programs.map((program) => program.language),
      );
      return Promise.all(programs.map((program) => run({ ...job, program }, signal)));
    },
    close: async () => {
      closing.abort(new SandboxUnavailableError("The process sandbox was closed."));
      await pool.close();
    },
  };
}
