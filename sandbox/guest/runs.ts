/**
 * Runs programs on guests of a pool, each on its own guest, with limited concurrency. Shared by the
 * container and process drivers.
 */
import { SandboxUnavailableError } from "../../src/core/errors.ts";
import type { Language, Limits } from "../../src/core/execution.ts";
import { limiter } from "../../src/core/limiter.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import type { GuestPool } from "./pool.ts";
import { checkHarness, type LiveGuest, runProgram } from "./run-program.ts";

export interface GuestRunsOptions {
  /** The driver's name in errors. */
  readonly name: string;
  readonly pool: GuestPool;
  /** Programs at the same time. */
  readonly concurrency: number;
  /** @throws SandboxUnavailableError for a language that the driver does not run. */
  readonly checkLanguage: (language: Language) => void;
  /** The kind of guest that a program needs. */
  readonly keyOf: (language: Language, limits: Limits) => string;
  /** Ends a guest that has run its program; the next program may begin when it settles. */
  readonly end: (guest: LiveGuest) => Promise<void>;
}

export interface GuestRuns extends Pick<Sandbox, "run" | "runBatch"> {
  /** Stops running programs, and every guest of the pool. */
  close(): Promise<void>;
}

export function guestRuns({
  name,
  pool,
  concurrency,
  checkLanguage,
  keyOf,
  end,
}: GuestRunsOptions): GuestRuns {
  const limit = limiter(concurrency);
  const closing = new AbortController();

  const run: Sandbox["run"] = async (job, signal) => {
    const { language } = job.program;
    checkLanguage(language);
    checkHarness(job, [language]);
    signal.throwIfAborted();
    closing.signal.throwIfAborted();
    if (job.inputs.length === 0) return [];
    const either = AbortSignal.any([signal, closing.signal]);
    return limit(async () => {
      const guest = pool.take(keyOf(language, job.limits));
      try {
        return await runProgram(guest, job, either);
      } finally {
        await end(guest);
      }
    }, either);
  };

  return {
    run,
    async runBatch({ programs, ...job }, signal) {
      checkHarness(
        job,
        programs.map(({ language }) => language),
      );
      return Promise.all(programs.map((program) => run({ ...job, program }, signal)));
    },
    async close() {
      closing.abort(new SandboxUnavailableError(`The ${name} sandbox was closed.`));
      await pool.close();
    },
  };
}
