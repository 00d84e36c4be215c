/**
 * The process driver: every program in processes of its own, behind the strongest confinement that
 * this host offers. Weaker than a container, and never taken unless it is asked for in these words.
 */
import { availableParallelism } from "node:os";
import { ConfigError, SandboxUnavailableError } from "../../src/core/errors.ts";
import type { Language } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { type Runtime, runtimeOf } from "../guest/commands.ts";
import { guestPool, probed } from "../guest/pool.ts";
import { guestRuns } from "../guest/runs.ts";
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
  await probed(pool, "node 64 10");
  const runs = guestRuns({
    name: "process",
    pool,
    concurrency,
    checkLanguage(language) {
      if (languages.includes(language)) return;
      throw new SandboxUnavailableError(
        `The process sandbox runs ${languages.join(", ")} on this machine, and the program is in ${language}. Install its interpreter, or use another driver.`,
        { facts: { language } },
      );
    },
    keyOf(language, { timeoutMs, memoryMiB }) {
      // Two spare seconds of processor time: the wall clock decides, this is behind it.
      const cpuSeconds = Math.ceil(timeoutMs / 1_000) * 2 + 2;
      return `${runtimeOf(language)} ${memoryMiB} ${cpuSeconds}`;
    },
    // Nothing of one program is left when the next may begin.
    end: (guest) => guest.kill(),
  });

  return {
    name: "process",
    capabilities: processCapabilities(
      languages,
      confinement,
      observeConfinement(confinement),
      scratchMiB,
    ),
    ...runs,
  };
}
