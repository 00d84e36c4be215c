/** The batch lane gives what the first lane gives. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isolateSandbox } from "../../sandbox/index.ts";
import { type ExecutionBatch, Limits } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { untimed } from "../contracts/sandbox.ts";
import { totalProgram } from "./grammar-programs.ts";

const never = new AbortController().signal;
const limits = Limits.parse({ timeoutMs: 2_000, outputBytes: 2_000 });

/** Sums what the candidate gives, remembers in a global, changes its input, and draws a number. */
const HARNESS = `
let seen = null;
function harness(candidate, values, options) {
  if (seen !== candidate) seen = candidate;
  const got = values.map((value) => candidate(value, options.scale));
  values.length = 0;
  options.scale = -1;
  if (got.length > 4) badOutput("too many");
  return { got: got.map(String), drawn: Math.random() };
}`;

describe("the batch lane", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await isolateSandbox({ slots: 2 });
  });
  afterAll(() => sandbox?.close());

  const batchOf = (
    sources: readonly string[],
    inputs: readonly (readonly Json[])[],
    harness?: string,
  ): ExecutionBatch => ({
    programs: sources.map((source) => ({ language: "javascript", source, entry: "f" })),
    inputs,
    limits,
    seed: 3,
    ...(harness === undefined ? {} : { harness: { source: harness } }),
  });

  async function agree(batch: ExecutionBatch): Promise<void> {
    const together = await sandbox.runBatch(batch, never);
    const { programs, ...rest } = batch;
    const alone = await Promise.all(
      programs.map((program) => sandbox.run({ ...rest, program }, never)),
    );
    expect(together.map(untimed)).toEqual(alone.map(untimed));
  }

  const programs = fc.array(fc.integer({ min: 0, max: 2 ** 31 }).map(totalProgram), {
    minLength: 1,
    maxLength: 40,
  });

  it("agrees with the first lane on random programs, called with their inputs", async () => {
    const values = fc.array(
      fc.tuple(fc.constantFrom<Json>(0, 1, -2.5, 7, true, null), fc.constantFrom<Json>(0, 3, 1e9)),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(programs, values, (sources, inputs) => agree(batchOf(sources, inputs))),
      { numRuns: 8 },
    );
  });

  it("agrees with the first lane on random programs beside a harness", async () => {
    const values = fc.array(
      fc
        .array(fc.constantFrom(0, 1, -2.5, 7, 100), { maxLength: 6 })
        .map((list) => [list, { scale: 2 }] as Json[]),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(programs, values, (sources, inputs) =>
        agree(batchOf(sources, inputs, HARNESS)),
      ),
      { numRuns: 8 },
    );
  });

  it.each<[string, string, readonly (readonly Json[])[], string?]>([
    ["NaN", "function f(a) { return a / 0 - a / 0; }", [[1]]],
    ["Infinity", "function f(a) { return a / 0; }", [[1]]],
    ["nothing", "function f(a) { }", [[1], [2]]],
    ["-0", "function f(a) { return -a; }", [[0]]],
    ["null passed through", "function f(a) { return a; }", [[null]]],
    ["a boolean", "function f(a) { return a > 0; }", [[1]]],
    ["a string argument", "function f(a) { return a + 1; }", [["x"]]],
    ["a list argument", "function f(a) { return a + 1; }", [[[1, 2]]]],
    ["too few arguments", "function f(a, b) { return b; }", [[1]]],
    ["a throw", "const t = [[1]]; function f(a) { return t[a][0]; }", [[0], [5], [0]]],
    ["a value before its line", "function f(a) { const x = x + 1; return x; }", [[0]]],
    [
      "nothing for a harness",
      "function f(a) { }",
      [[1]],
      "function harness(c, a) { return c(a); }",
    ],
    [
      "a list for the candidate",
      "function f(a) { return a > 1; }",
      [[1]],
      "function harness(c) { return c(Float64Array.of(2)); }",
    ],
    [
      "a harness that throws",
      "function f(a) { return a; }",
      [[1]],
      "function harness(c, a) { return c(a).x.y; }",
    ],
    [
      "a harness that does not load",
      "function f(a) { return a; }",
      [[1]],
      "function harness(c, a) { return",
    ],
    ["a harness that gives nothing", "function f(a) { return a; }", [[1]], "function harness() {}"],
    [
      "an output that is too long",
      "function f(a) { return a; }",
      [[1]],
      "function harness(c, a) { return 'x'.repeat(3000); }",
    ],
    [
      "bad output, caught",
      "function f(a) { return a; }",
      [[1], [2]],
      "function harness(c, a) { try { if (c(a) > 1) badOutput('no\\0no'); } catch {} return 1; }",
    ],
    [
      "a harness that runs a long string up",
      "function f(a) { return a; }",
      [[1]],
      "function harness(c, a) { return String.fromCharCode(0, 8232, 0xd800) + c(a); }",
    ],
  ])("agrees with the first lane on %s", async (_, source, inputs, harness) => {
    await agree(batchOf([source, "function f(a) { return 17; }", source], inputs, harness));
  });

  it("runs TypeScript without types, and leaves to the first lane what its types would change", async () => {
    const sources = [
      "function f(a) { return a + 1; }",
      "function g(a) { return a; } function f(a) { return g < a > (a) ? 1 : 2; }",
      "const t = 5; function f(a) { return a < t > (a); }",
    ];
    const batch = batchOf(sources, [[1], [7]]);
    await agree({
      ...batch,
      programs: batch.programs.map((program) => ({ ...program, language: "typescript" })),
    });
  });

  it("keeps what came before the fuel was gone, and goes on with the next program", async () => {
    const endless = "function f(n) { for (let i = 0; n === 2; i++) {} return n; }";
    const outcomes = await sandbox.runBatch(
      batchOf([endless, "function f(n) { return -n; }"], [[1], [2], [3]]),
      never,
    );
    expect(outcomes).toMatchObject([
      [{ status: "returned", output: 1 }, { status: "timed-out" }, { status: "timed-out" }],
      [{ output: -1 }, { output: -2 }, { output: -3 }],
    ]);
  });

  it("holds a harness that catches the end of the fuel to it", async () => {
    const endless = "function f(n) { for (;;) {} return n; }";
    const catches = "function harness(c) { try { return c(1); } catch { return 42; } }";
    const outcomes = await sandbox.runBatch(batchOf([endless], [[]], catches), never);
    expect(outcomes).toMatchObject([[{ status: "timed-out" }]]);
  });

  it("agrees with the first lane on loops of any length, also when they near the limit", async () => {
    const turns = [10, 1e5, 1e6, 3e6, 1e7, 3e7];
    const bodies = ["s = s + i;", "s = (s * 31 + i) % 1000003;", "if (i % 3 > 1) s += 2;"];
    const loops = turns.flatMap((count) =>
      bodies.map(
        (body) =>
          `function f(x) { let s = x; for (let i = 0; i < ${count}; i++) { ${body} } return s; }`,
      ),
    );
    // As much as the slowest of them needs on a busy machine: all return, and none by luck.
    const batch = { ...batchOf(loops, [[1], [2]]), limits: { ...limits, timeoutMs: 20_000 } };
    await agree(batch);
    const outcomes = await sandbox.runBatch(batch, never);
    expect(outcomes.flat().every(({ status }) => status === "returned")).toBe(true);
  });

  it("agrees with the first lane on which programs never end", async () => {
    const endless = "for (let i = 0; x > 0; i++) { x += 1; }";
    const nearly = "for (let i = 0; i < 1e12; i++) { x = x + Math.sin(i); }";
    const sources = [endless, nearly, "x += 2;"].map(
      (body) => `function f(a) { let x = a; ${body} return x; }`,
    );
    const batch = { ...batchOf(sources, [[-1], [1]]), limits: { ...limits, timeoutMs: 150 } };
    await agree(batch);
  });

  it("gives equal outcomes for equal batches, however it is cut", async () => {
    const sources = Array.from({ length: 300 }, (_, seed) => totalProgram(seed));
    const inputs = [[[1, 2, 3], { scale: 2 }]];
    const whole = await sandbox.runBatch(batchOf(sources, inputs, HARNESS), never);
    const again = await sandbox.runBatch(batchOf(sources, inputs, HARNESS), never);
    const parts = await Promise.all(
      [0, 100, 200].map((from) =>
        sandbox.runBatch(batchOf(sources.slice(from, from + 100), inputs, HARNESS), never),
      ),
    );
    expect(again.map(untimed)).toEqual(whole.map(untimed));
    expect(parts.flat().map(untimed)).toEqual(whole.map(untimed));
  });

  it("replaces its isolate after thousands of programs and stays right", async () => {
    const sources = Array.from({ length: 6_000 }, (_, i) => `function f(a) { return a + ${i}; }`);
    const outcomes = await sandbox.runBatch(batchOf(sources, [[1]]), never);
    expect(
      outcomes.map(([execution]) => execution?.status === "returned" && execution.output),
    ).toEqual(sources.map((_, i) => i + 1));
  });
});
