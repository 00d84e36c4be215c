/**
 * A driver that is started when its first program comes: a container engine's image and first
 * containers take seconds, and most runs never need them.
 */
import { SandboxUnavailableError } from "../src/core/errors.ts";
import type { Sandbox, SandboxCapabilities } from "../src/core/ports.ts";

/**
 * @param capabilities What it is known to offer before it has been started.
 * @param start A start that fails is the failure of the program that asked for it; the next one tries again.
 */
export function onDemand(
  name: string,
  capabilities: SandboxCapabilities,
  start: () => Promise<Sandbox>,
): Sandbox {
  let started: Promise<Sandbox> | undefined;
  let closed = false;
  const driver = (): Promise<Sandbox> => {
    if (closed) {
      throw new SandboxUnavailableError(`Expected an open ${name} sandbox, but it is closed.`);
    }
    const running = started ?? start();
    started = running;
    running.catch(() => {
      if (started === running) started = undefined;
    });
    return running;
  };
  return {
    name,
    capabilities,
    run: async (job, signal) => (await driver()).run(job, signal),
    runBatch: async (batch, signal) => (await driver()).runBatch(batch, signal),
    close: async () => {
      closed = true;
      await (await started?.catch(() => undefined))?.close();
    },
  };
}
