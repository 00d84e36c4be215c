/**
 * The engine's own process stays flat, however many programs run. It is a plain process here: what
 * a test runner keeps of each assertion would drown the figure.
 *
 * TOOLWRIGHT_SOAK sets how many runs (a long one: 10000).
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const runs = Number(process.env.TOOLWRIGHT_SOAK ?? 800);
const driver = new URL("../../sandbox/index.ts", import.meta.url).href;
const script = `
  import { isolateSandbox } from ${JSON.stringify(driver)};
  const sandbox = await isolateSandbox({ slots: 2 });
  const never = new AbortController().signal;
  const limits = { timeoutMs: 20_000, memoryMiB: 64, outputBytes: 1_000 };
  let wrong = 0;
  const batch = (from) => Promise.all(Array.from({ length: 200 }, async (_, i) => {
    const program = { language: "javascript", source: "function f(x) { return [x, " + (from + i) + "]; }", entry: "f" };
    const [execution] = await sandbox.run({ program, inputs: [[1]], limits, seed: i }, never);
    if (execution.output?.[1] !== from + i) wrong++;
  }));
  const look = () => {
    gc();
    const { rss, heapUsed } = process.memoryUsage();
    return { rssMiB: rss / 2 ** 20, heapMiB: heapUsed / 2 ** 20 };
  };
  // The heaps of three threads take their time to find their size: the second half tells.
  const half = Math.max(200, ${runs} / 2);
  for (let done = 0; done < half; done += 200) await batch(done);
  const before = look();
  for (let done = half; done < ${runs}; done += 200) await batch(done);
  const after = look();
  await sandbox.close();
  console.log(JSON.stringify({ wrong, before, after }));`;

it(`keeps its memory over ${runs} runs of a trivial program`, {
  timeout: 60_000 + 50 * runs,
}, async () => {
  const words = ["--expose-gc", "--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const { wrong, before, after } = JSON.parse(stdout) as {
    readonly wrong: number;
    readonly before: { readonly rssMiB: number; readonly heapMiB: number };
    readonly after: { readonly rssMiB: number; readonly heapMiB: number };
  };
  if (process.env.TOOLWRIGHT_SOAK !== undefined) console.info(before, after);
  expect(wrong).toBe(0);
  // A kilobyte kept per run would be 5 MiB over the second half of 10,000 runs.
  expect(after.heapMiB - before.heapMiB).toBeLessThan(2);
  expect(after.rssMiB - before.rssMiB).toBeLessThan(40);
});
