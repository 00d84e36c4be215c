/**
 * The engine's own process stays flat, however many programs run through either lane. It is a plain
 * process here: what a test runner keeps of each assertion would drown the figure.
 *
 * What lives is what tells: resident memory follows the young generations of three heaps, which grow
 * to their size over some ten thousand runs and then stay.
 *
 * TOOLWRIGHT_SOAK sets how many runs through the first lane (a long one: 10000).
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const runs = Number(process.env.TOOLWRIGHT_SOAK ?? 2_000);
const BATCHED = 10_000;
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
  const together = async (from) => {
    const programs = Array.from({ length: 500 }, (_, i) => ({ language: "javascript", source: "function f(x) { return x + " + (from + i) + "; }", entry: "f" }));
    const all = await sandbox.runBatch({ programs, inputs: [[1]], limits, seed: 1 }, never);
    for (const [i, [execution]] of all.entries()) if (execution.output !== from + i + 1) wrong++;
  };
  const look = () => {
    gc();
    const { rss, heapUsed } = process.memoryUsage();
    return { rssMiB: rss / 2 ** 20, heapMiB: heapUsed / 2 ** 20 };
  };
  // The heaps of three threads take their time to find their size: the second half tells.
  const half = Math.max(200, ${runs} / 2);
  for (let done = 0; done < half; done += 200) await batch(done);
  for (let done = 0; done < ${BATCHED / 2}; done += 500) await together(done);
  const before = look();
  for (let done = half; done < ${runs}; done += 200) await batch(done);
  for (let done = ${BATCHED / 2}; done < ${BATCHED}; done += 500) await together(done);
  const after = look();
  await sandbox.close();
  console.log(JSON.stringify({ wrong, before, after }));`;

it(`keeps its memory over ${runs} runs one by one and ${BATCHED} in batches`, {
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
  // 200 bytes kept per program, of either lane, would be more than this over the second half.
  expect(after.heapMiB - before.heapMiB).toBeLessThan(1);
  expect(after.rssMiB - before.rssMiB).toBeLessThan(40);
});
