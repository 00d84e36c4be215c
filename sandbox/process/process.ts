/**
 * The process driver: every program runs in its own processes, inside the strongest confinement that
 * this host offers. Weaker than a container, and used only if the caller accepts that explicitly.
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
  /** Accepts isolation that is weaker than a container's. There is no default. */
  readonly accept: "weaker-isolation";
  /** Programs at the same time; default one per core. */
  readonly concurrency?: number;
  /** Idle processes for each recently used kind of program; default one. */
  readonly warm?: number;
  readonly scratchMiB?: number;
}

/**
 * Tries which confinement works on this host.
 *
 * @throws ConfigError WEAKER_ISOLATION_NOT_ACCEPTED without `accept`.
 * @throws SandboxUnavailableError if no program can be started.
 */
export async function processSandbox(
  options: ProcessOptions | Omit<ProcessOptions, "accept">,
): Promise<Sandbox> {
  const { concurrency = availableParallelism(), warm = 1, scratchMiB = 16 } = options;
  if (!("accept" in options) || options.accept !== "weaker-isolation") {
    throw new ConfigError(
      "WEAKER_ISOLATION_NOT_ACCEPTED",
      'The process sandbox expects accept: "weaker-isolation", but it was not given: a process isolates less than a container. Set it to use this driver, or choose the isolate or container driver.',
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
        `The process sandbox runs ${languages.join(", ")} on this machine, but the program is in ${language}. Install its interpreter, or use another driver.`,
        { facts: { language } },
      );
    },
    keyOf(language, { timeoutMs, memoryMiB }) {
      // More processor time than the wall clock allows: the wall clock decides, this is a backup.
      const cpuSeconds = Math.ceil(timeoutMs / 1_000) * 2 + 2;
      return `${runtimeOf(language)} ${memoryMiB} ${cpuSeconds}`;
    },
    // Waits until all processes of a program have ended before the next may begin.
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
