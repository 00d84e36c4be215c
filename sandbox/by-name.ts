/** Opens sandbox drivers by the names that a user gives. A driver is loaded only if it is used. */
import type { Sandbox } from "../src/core/ports.ts";
import { present } from "../src/core/present.ts";

export const DRIVERS = ["isolate", "container", "process"] as const;

export interface NamedOptions {
  /** Set by callers that chose the process driver and accept its weaker isolation. */
  readonly accept?: "weaker-isolation";
}

/**
 * @param name A driver's name, or the path of a module that exports one.
 * @param slots Programs that run at once.
 * @throws SandboxUnavailableError, or ConfigError naming the members that a module does not have.
 */
export async function sandboxByName(
  name: string,
  slots: number,
  { accept }: NamedOptions = {},
): Promise<Sandbox> {
  switch (name) {
    case "isolate": {
      const { isolateSandbox } = await import("./isolate/driver.ts");
      return isolateSandbox({ slots });
    }
    case "container": {
      const { containerSandbox } = await import("./container/container.ts");
      return containerSandbox({ concurrency: slots });
    }
    case "process": {
      const { processSandbox } = await import("./process/process.ts");
      return processSandbox({ concurrency: slots, ...present({ accept }) });
    }
    default: {
      const { loadSandbox } = await import("./own-driver.ts");
      return loadSandbox(name);
    }
  }
}
