/** Types are taken off inside the host process, which serves many programs. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { isolateSandbox } from "../../sandbox/index.ts";
import type { Sandbox } from "../../src/core/ports.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await isolateSandbox({ slots: 1 });
});
afterAll(() => sandbox?.close());

const run = (source: string) =>
  sandbox.run(
    {
      program: { language: "typescript", source, entry: "twice" },
      inputs: [[21]],
      limits: { timeoutMs: 2_000, memoryMiB: 64, outputBytes: 1_000 },
      seed: 1,
    },
    new AbortController().signal,
  );

test("text that nests deeply enough to break the type stripper is refused, and the next program is right", async () => {
  const twice = "function twice(x: number): number { return 2 * x; }";
  const deep = `const a: number = ${"(".repeat(3_000)}1${")".repeat(3_000)}; ${twice}`;
  expect(await run(deep)).toMatchObject([{ status: "refused" }]);
  expect(await run(twice)).toMatchObject([{ status: "returned", output: 42 }]);
});
