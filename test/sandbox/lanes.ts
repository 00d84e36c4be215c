/** Attacks side by side, one lane for each core: a sandbox of one slot, lent to one test at a time. */
import { availableParallelism } from "node:os";
import { afterAll, beforeAll } from "vitest";
import type { Sandbox } from "../../src/core/ports.ts";

/** For as long as a test runs: who follows on a sandbox meets what the one before has left. */
export type Lend<S extends Sandbox> = <T>(work: (sandbox: S) => Promise<T>) => Promise<T>;

/**
 * @param open Opens one sandbox that runs one program at a time.
 * @returns Lends the next free one. Opened before the first test of a `describe`, closed after its last.
 */
export function lanes<S extends Sandbox>(open: () => Promise<S>): Lend<S> {
  const all: S[] = [];
  const free: S[] = [];
  const waiting: ((sandbox: S) => void)[] = [];
  const give = (sandbox: S): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(sandbox);
    else next(sandbox);
  };

  beforeAll(async () => {
    for (let core = 0; core < availableParallelism(); core++) {
      const sandbox = await open();
      all.push(sandbox);
      give(sandbox);
    }
  });
  afterAll(async () => {
    for (const sandbox of all) await sandbox.close();
  });

  return async (work) => {
    const sandbox = free.shift() ?? (await new Promise<S>((resolve) => waiting.push(resolve)));
    try {
      return await work(sandbox);
    } finally {
      give(sandbox);
    }
  };
}
