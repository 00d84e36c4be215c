/**
 * A driver that starts with its first program: building the image and starting the first containers
 * take seconds, and most runs never need them.
 */
import { SandboxUnavailableError } from "../src/core/errors.ts";
import type { Sandbox, SandboxCapabilities } from "../src/core/ports.ts";

/**
 * @param capabilities What the driver offers, as far as it is known before the start.
 * @param start If it fails, the program that caused it fails too; the next program tries again.
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
