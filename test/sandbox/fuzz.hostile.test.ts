/**
 * Random programs of dangerous constructs: every outcome is typed, the control is right all along.
 *
 * TOOLWRIGHT_FUZZ sets how many programs (a long run: 10000), TOOLWRIGHT_FUZZ_SEED where they begin.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isolateSandbox } from "../../sandbox/index.ts";
import { type Execution, type Harness, Limits } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { dangerousProgram } from "./dangerous-programs.ts";

const count = Number(process.env.TOOLWRIGHT_FUZZ ?? 300);
const first = Number(process.env.TOOLWRIGHT_FUZZ_SEED ?? 1);
const limits = Limits.parse({ timeoutMs: 60, memoryMiB: 32, outputBytes: 20_000 });
const never = new AbortController().signal;
const CHUNK = 25;

const HARNESS: Harness = {
  source: `function harness(candidate, x, list) {
    const secret = 4711;
    const got = candidate(x, Float64Array.from(list));
    return { secret, got: typeof got === "object" ? Array.from(got) : got };
  }`,
};
const STATUSES = [
  "returned",
  "threw",
  "timed-out",
  "out-of-memory",
  "bad-output",
  "refused",
  "crashed",
];

describe(`${count} dangerous programs from seed ${first}`, () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await isolateSandbox({ slots: 2 });
  });
  afterAll(() => sandbox?.close());

  const batch = (sources: readonly string[], harness?: Harness) =>
    sandbox.runBatch(
      {
        programs: sources.map((source) => ({ language: "javascript", source, entry: "f" })),
        inputs: [
          [1, [1, 2, 3]],
          [2, [4, 5, 6]],
        ],
        limits,
        seed: 1,
        ...(harness === undefined ? {} : { harness }),
      },
      never,
    );

  it("get a typed outcome each, and the control between them is right", {
    timeout: 60_000 + count * 1_000,
  }, async () => {
    const seen = new Map<string, number>();
    for (let from = first; from < first + count; from += CHUNK) {
      const size = Math.min(CHUNK, first + count - from);
      const sources = Array.from({ length: size }, (_, i) => dangerousProgram(from + i));
      const harness = (from / CHUNK) % 2 < 1 ? HARNESS : undefined;
      const control = "function f(x, list) { return x + list[0] + [list[1]].at(0); }";
      const outcomes = await batch([...sources, control], harness);
      for (const [index, executions] of outcomes.entries()) {
        for (const execution of executions) check(execution, `seed ${from + index}`, harness, seen);
        expect(executions, `seed ${from + index}`).toHaveLength(2);
      }
      const right =
        harness === undefined
          ? [4, 11]
          : [
              { secret: 4711, got: 4 },
              { secret: 4711, got: 11 },
            ];
      expect(outcomes.at(-1)).toMatchObject(
        right.map((output) => ({ status: "returned", output })),
      );
    }
    // The grammar is worth running only while it reaches every kind of end.
    for (const status of ["returned", "threw", "timed-out", "bad-output", "refused"]) {
      expect(seen.get(status) ?? 0, status).toBeGreaterThan(0);
    }
  });
});

function check(
  execution: Execution,
  label: string,
  harness: Harness | undefined,
  seen: Map<string, number>,
): void {
  expect(STATUSES, label).toContain(execution.status);
  seen.set(execution.status, (seen.get(execution.status) ?? 0) + 1);
  const text = JSON.stringify(execution);
  expect(text.length, label).toBeLessThan(limits.outputBytes * 6 + 1_000);
  // Only the harness can have made an output beside a harness.
  if (harness !== undefined && execution.status === "returned") {
    expect(execution.output, label).toMatchObject({ secret: 4711 });
  } else if (execution.status !== "returned") expect(text, label).not.toContain("4711");
}
