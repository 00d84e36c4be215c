/**
 * The engine's own process stays flat, however many programs run.
 *
 * TOOLWRIGHT_SOAK sets how many runs (a long one: 10000).
 */
import { expect, it } from "vitest";
import { isolateSandbox } from "../../sandbox/index.ts";
import { Limits } from "../../src/core/execution.ts";

const runs = Number(process.env.TOOLWRIGHT_SOAK ?? 600);
const limits = Limits.parse({ timeoutMs: 5_000 });
const never = new AbortController().signal;

it(`keeps its resident memory over ${runs} runs of a trivial program`, {
  timeout: 60_000 + 50 * runs,
}, async () => {
  const sandbox = await isolateSandbox({ slots: 2 });
  const batch = async (count: number, from: number): Promise<void> => {
    const jobs = Array.from({ length: count }, (_, i) =>
      sandbox.run(
        {
          program: {
            language: "javascript",
            source: `function f(x) { return [x, ${from + i}]; }`,
            entry: "f",
          },
          inputs: [[1]],
          limits,
          seed: i,
        },
        never,
      ),
    );
    for (const [i, [execution]] of (await Promise.all(jobs)).entries()) {
      expect(execution).toMatchObject({ status: "returned", output: [1, from + i] });
    }
  };
  await batch(200, 0);
  const before = process.memoryUsage().rss;
  for (let done = 0; done < runs; done += 200) await batch(200, 200 + done);
  const grownMiB = (process.memoryUsage().rss - before) / 2 ** 20;
  await sandbox.close();
  if (process.env.TOOLWRIGHT_SOAK !== undefined) {
    console.info(`resident memory after ${runs} runs: ${grownMiB.toFixed(1)} MiB more`);
  }
  // A kilobyte kept per run would be 10 MiB at 10,000; the rest is the collector's leeway.
  expect(grownMiB).toBeLessThan(40 + runs / 1_000);
});
