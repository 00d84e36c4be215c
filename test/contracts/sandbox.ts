/**
 * What every sandbox keeps, whatever it is made of: the port's contract, sentence by sentence.
 * Give a factory and a language that the driver runs; each call of the factory is a sandbox that
 * is closed here.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SandboxUnavailableError } from "../../src/core/errors.ts";
import {
  type Execution,
  type ExecutionJob,
  type Language,
  Limits,
} from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { contractPrograms } from "./sandbox-programs.ts";

export interface SandboxContractOptions {
  readonly language: Exclude<Language, "shell">;
  /** Whether the driver takes a harness for this language. Default: for JavaScript and TypeScript. */
  readonly harness?: boolean;
  /** Ceilings for programs that end by themselves. */
  readonly limits?: Limits;
}

const never = new AbortController().signal;

export function sandboxContract(
  makeSandbox: () => Promise<Sandbox>,
  {
    language,
    harness = language !== "python",
    limits = Limits.parse({ timeoutMs: 10_000, outputBytes: 100_000 }),
  }: SandboxContractOptions,
): void {
  const programs = contractPrograms(language);
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await makeSandbox();
  });
  afterAll(() => sandbox?.close());

  const job = (source: string, inputs: readonly (readonly Json[])[]): ExecutionJob => ({
    program: { language, source, entry: "f" },
    inputs,
    limits,
    seed: 1,
  });
  const run = (source: string, inputs: readonly (readonly Json[])[], more = {}) =>
    sandbox.run({ ...job(source, inputs), ...more }, never);
  const outputs = (executions: readonly Execution[]) =>
    executions.map((each) => (each.status === "returned" ? each.output : each));

  describe("executions", () => {
    it("are one per input, in order", async () => {
      const inputs = Array.from({ length: 40 }, (_, i) => [i, 1000]);
      expect(outputs(await run(programs.add, inputs))).toEqual(
        inputs.map(([a]) => (a ?? 0) + 1000),
      );
    });

    it("are none for no inputs", async () => {
      expect(await run(programs.add, [])).toEqual([]);
    });

    it("tell how long they took", async () => {
      const [execution] = await run(programs.add, [[1, 2]]);
      expect(execution).toMatchObject({ status: "returned", wallMs: expect.any(Number) });
    });

    it("carry what was thrown as a value, and the next input is called all the same", async () => {
      const executions = await run(programs.throws, [[], []]);
      expect(executions.map(({ status }) => status)).toEqual(["threw", "threw"]);
      expect(executions[0]).toMatchObject({ message: expect.stringContaining("boom 17") });
    });

    it("end with the time limit, which stands for the inputs after it too", async () => {
      const short = { limits: { ...limits, timeoutMs: 700 } };
      const executions = await run(programs.loopsAtTwo, [[1], [2], [3]], short);
      expect(executions).toMatchObject([
        { status: "returned", output: 1 },
        { status: "timed-out", limitMs: 700 },
        { status: "timed-out", limitMs: 700 },
      ]);
    });

    it("end with the memory limit, which stands for the inputs after it too", async () => {
      const small = { limits: { ...limits, memoryMiB: 64 } };
      const executions = await run(programs.hogsAtTwo, [[1], [2], [3]], small);
      expect(executions).toMatchObject([
        { status: "returned", output: 1 },
        { status: "out-of-memory", limitMiB: 64 },
        { status: "out-of-memory", limitMiB: 64 },
      ]);
    });

    it("survive endless recursion with a typed outcome", async () => {
      const [execution] = await run(programs.recurses, [[]]);
      expect(["threw", "crashed", "out-of-memory"]).toContain(execution?.status);
    });

    it.each([
      ["what does not parse", programs.doesNotParse],
      ["a program without the entry", programs.otherName],
      ["an entry that is no function", programs.entryIsNumber],
    ])("refuse %s, for every input, with a reason", async (_, source) => {
      const executions = await run(source, [[1], [2]]);
      for (const execution of executions) {
        expect(execution).toMatchObject({ status: "refused", reason: expect.stringMatching(/\w/) });
      }
      expect(executions).toHaveLength(2);
    });

    it.skipIf(language === "python")(
      "refuse types that nest too deeply to be taken off, and take off those of the next program",
      async () => {
        const typed = (source: string) => ({
          program: { language: "typescript" as const, source, entry: "f" },
        });
        const deep = `function f(x: number): any { return ${"(".repeat(3_000)}x${")".repeat(3_000)}; }`;
        expect(await run("", [[1]], typed(deep))).toMatchObject([{ status: "refused" }]);
        const flat = "function f(x: number): number { return x + 1; }";
        expect(outputs(await run("", [[1]], typed(flat)))).toEqual([2]);
      },
    );

    it("are bad output where the result is no JSON", async () => {
      expect(await run(programs.notJson, [[]])).toMatchObject([{ status: "bad-output" }]);
    });

    it("are bad output above the limit of bytes and good ones at it", async () => {
      const small = { limits: { ...limits, outputBytes: 1_000 } };
      const executions = await run(programs.letters, [[998], [999]], small);
      expect(executions.map(({ status }) => status)).toEqual(["returned", "bad-output"]);
    });

    it("are not mixed with what the program prints", async () => {
      expect(outputs(await run(programs.prints, [[], []]))).toEqual([1, 1]);
    });
  });

  describe("the wall", () => {
    it("is crossed by any JSON, unchanged", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(crossing, { minLength: 1, maxLength: 60 }), async (values) => {
          const inputs = values.map((value) => [value]);
          expect(outputs(await run(programs.echo, inputs))).toEqual(values);
        }),
        { numRuns: 10 },
      );
    });

    it("is crossed by copies: a program that changes its argument changes nothing here", async () => {
      const list = [1, 2, 3];
      expect(outputs(await run(programs.empties, [[list], [list]]))).toEqual([3, 3]);
      expect(list).toEqual([1, 2, 3]);
    });

    it("keeps globals within a run and nothing beyond it", async () => {
      expect(outputs(await run(programs.counts, [[], [], []]))).toEqual([0, 1, 2]);
      expect(outputs(await run(programs.counts, [[]]))).toEqual([0]);
    });
  });

  describe("determinism", () => {
    it("gives equal executions for equal jobs, and other random numbers for another seed", async () => {
      const [first, again, other] = [
        outputs(await run(programs.random, [[], []])),
        outputs(await run(programs.random, [[], []])),
        outputs(await run(programs.random, [[], []], { seed: 2 })),
      ];
      expect(again).toEqual(first);
      expect(other).not.toEqual(first);
      for (const value of [first, other].flat(2)) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
      }
    });
  });

  describe("a batch", () => {
    it("gives for every program what a run gives", async () => {
      const sources = [
        programs.add,
        programs.throws,
        programs.doesNotParse,
        programs.echo,
        programs.notJson,
        programs.otherName,
        programs.random,
        programs.add,
      ];
      const inputs = [
        [1, 2],
        [3, 4],
      ];
      const { program, ...rest } = job("", inputs);
      const batch = { ...rest, programs: sources.map((source) => ({ ...program, source })) };
      const alone: Execution[][] = [];
      for (const source of sources) alone.push([...(await run(source, inputs))]);
      const together = await sandbox.runBatch(batch, never);
      expect(together.map(untimed)).toEqual(alone.map(untimed));
    });
  });

  describe("an abort", () => {
    it("rejects with the signal's reason, and the code is no longer in the way", async () => {
      const reason = new Error("no longer wanted");
      const aborter = new AbortController();
      const long = {
        ...job(programs.loopsAtTwo, [[2]]),
        limits: { ...limits, timeoutMs: 120_000 },
      };
      // More than there are slots, so that some wait in a queue.
      const running = Array.from({ length: 6 }, () => sandbox.run(long, aborter.signal));
      const settled = Promise.allSettled(running);
      setTimeout(() => aborter.abort(reason), 150);
      for (const each of await settled) expect(each).toEqual({ status: "rejected", reason });
      expect(outputs(await run(programs.add, [[1, 2]]))).toEqual([3]);
    });

    it("made before the call runs nothing", async () => {
      const reason = new Error("never wanted");
      await expect(
        sandbox.run(job(programs.add, [[1, 2]]), AbortSignal.abort(reason)),
      ).rejects.toBe(reason);
    });
  });

  describe.runIf(harness)("a harness", () => {
    const beside = (source: string, harnessSource: string, inputs: readonly (readonly Json[])[]) =>
      run(source, inputs, { harness: { source: harnessSource } });

    it("calls the candidate many times and its result is the output", async () => {
      const source =
        "function f(x, list, flag, name) { return list.map((v) => v * x + (flag ? name.length : 0)); }";
      const calls = `function harness(candidate, factors) {
        return factors.map((x) => Array.from(candidate(x, Float64Array.of(1, 2.5), x > 1, "abc")));
      }`;
      expect(outputs(await beside(source, calls, [[[1, 2]], [[]]]))).toEqual([
        [
          [1, 2.5],
          [5, 8],
        ],
        [],
      ]);
    });

    it.each([
      ["a list with a hole", "return [1, , 3];"],
      ["a list with a string", 'return [1, "2"];'],
      ["an object", "return { length: 1, 0: 1 };"],
      ["undefined", "return undefined;"],
      ["a promise", "return Promise.resolve(1);"],
    ])("is spared %s: the execution is bad output even if it catches that", async (_, body) => {
      const catches = `function harness(candidate) { try { return candidate(1) ? 1 : 0; } catch { return 2; } }`;
      const [execution] = await beside(`function f(x) { ${body} }`, catches, [[]]);
      expect(execution?.status).toBe("bad-output");
    });

    it("ends the execution by badOutput, whatever it catches, and not the next one", async () => {
      const judges = `function harness(candidate, n) {
        try { if (candidate(n) !== n) badOutput("expected " + n); } catch {}
        return "fine";
      }`;
      const executions = await beside("function f(n) { return n === 2 ? 3 : n; }", judges, [
        [1],
        [2],
        [3],
      ]);
      expect(executions).toMatchObject([
        { status: "returned", output: "fine" },
        { status: "bad-output", reason: "expected 2" },
        { status: "returned", output: "fine" },
      ]);
    });

    it.each(["NaN", "Infinity", "-Infinity"])(
      "gives no null for %s in its result: that is bad output, with its place",
      async (number) => {
        const passes = "function harness(candidate) { return { xs: [null, candidate(1)] }; }";
        const [wrong] = await beside(`function f() { return ${number}; }`, passes, [[]]);
        expect(wrong).toMatchObject({
          status: "bad-output",
          reason: expect.stringMatching(new RegExp(`${number} .*xs\\[1\\]`)),
        });
        const [right] = await beside("function f() { return 0; }", passes, [[]]);
        expect(right).toMatchObject({ status: "returned", output: { xs: [null, 0] } });
      },
    );

    it("has the candidate's throw as the execution's", async () => {
      const catches =
        "function harness(candidate) { try { candidate(); } catch { return 1; } return 2; }";
      const [execution] = await beside(programs.throws, catches, [[]]);
      expect(execution).toMatchObject({
        status: "threw",
        message: expect.stringContaining("boom 17"),
      });
    });

    it("keeps its input to itself: the candidate's copy of a list is its own", async () => {
      const greedy = "function f(list) { list.fill(99); return list.length; }";
      const checks = `function harness(candidate, values) {
        const list = Float64Array.from(values);
        return [candidate(list), ...list];
      }`;
      expect(outputs(await beside(greedy, checks, [[[1, 2]]]))).toEqual([[2, 1, 2]]);
    });
  });

  describe("the driver", () => {
    it("says what it can do, as data and in words", () => {
      const { capabilities } = sandbox;
      expect(capabilities.languages).toContain(language);
      expect(capabilities.prompt.length).toBeGreaterThan(50);
      expect(capabilities.holds.length).toBeGreaterThan(0);
      expect(capabilities.doesNotHold.length).toBeGreaterThan(0);
    });

    it("is gone after close, and closes twice without harm", async () => {
      const other = await makeSandbox();
      expect(outputs(await other.run(job(programs.add, [[1, 2]]), never))).toEqual([3]);
      await other.close();
      await other.close();
      await expect(other.run(job(programs.add, [[1, 2]]), never)).rejects.toBeInstanceOf(
        SandboxUnavailableError,
      );
    });
  });
}

/** JSON as it comes back: one zero, whole characters, no key that sets a prototype in a literal. */
const crossing: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 4, stringUnit: "grapheme" })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

/** @returns Executions without their times. */
export function untimed(executions: readonly Execution[]): readonly object[] {
  return executions.map((each) => ({ ...each, ...("wallMs" in each ? { wallMs: 0 } : {}) }));
}
