/** A stream on a real engine: the tools that its requests leave, and which of them serve later ones. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runStream, type Stream } from "../../../experiments/run/stream.ts";
import { loadConfig } from "../../../src/engine/load-config.ts";
import { openEngine } from "../../../src/engine/open-engine.ts";
import type { Case } from "../../../src/index.ts";
import { cell } from "../records.ts";

const home = mkdtempSync(join(tmpdir(), "toolwright-stream-test-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function cases(of: (x: number) => number, ...inputs: readonly number[]): Case[] {
  return inputs.map((x) => ({ args: [x], expected: of(x) }));
}
const double = (x: number): number => 2 * x;

const stream: Stream = {
  name: "doubles",
  description: "One function twice, and one that only looks like it.",
  steps: [
    {
      objective: "Double a number.",
      signature: "double(value: number): number",
      cases: cases(double, 1, 4, -3, 20),
      checks: cases(double, 7, 100),
    },
    {
      objective: "Give a number twice as large: double the value.",
      signature: "twice(value: number): number",
      cases: cases(double, 2, 9, 13),
      checks: cases(double, -8, 60),
      repeats: 0,
    },
    {
      // Its own examples can not tell it from doubling; its checks can.
      objective: "Double a number, but never above fifty.",
      signature: "doubleUpToFifty(value: number): number",
      cases: cases((x) => Math.min(50, 2 * x), 1, 5, 10),
      checks: cases((x) => Math.min(50, 2 * x), 3, 80),
    },
  ],
};

function run(strategy: "with-library" | "without-library") {
  return runStream(
    (folder) => openEngine(loadConfig({ flags: { home: folder, workers: 1 }, environment: {} })),
    stream,
    cell(strategy, 1, {
      kind: "stream",
      task: stream.name,
      generator: "offline",
      budget: { evaluations: 200 },
    }),
    new AbortController().signal,
    () => undefined,
  );
}

describe("a stream of requests", () => {
  it("is served by the library where the examples fit; checks alone say whether rightly", async () => {
    const { outcome } = await run("with-library");
    expect(outcome.measures).toMatchObject({
      requests: 3,
      answeredRight: 2,
      servedByStoredTool: 2,
      servedByStoredToolAfterSearch: 0,
      servedByTheWrongTool: 1,
    });
  }, 120_000);

  it("makes each tool anew without a library", async () => {
    const { outcome } = await run("without-library");
    expect(outcome.measures).toMatchObject({ servedByStoredTool: 0, servedByTheWrongTool: 0 });
    expect(outcome.curve).toHaveLength(3);
  }, 120_000);
});
